"""Certificates: for the edge until the operator brings their own, which nobody signed but itself; and for what is
reached only from within, vouched for by an authority of the deployment's own.
"""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_FOR = timedelta(days=397)
"""The longest browsers accept."""
AUTHORITY_VALID_FOR = timedelta(days=3650)
"""An authority is changed together with all who believe it."""

_Key = ec.EllipticCurvePrivateKey


def self_signed(hosts: Sequence[str]) -> tuple[bytes, bytes]:
    """Certificate and private key, PEM, for these names or addresses; the first is the common name."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _of_hosts(hosts, key).issuer_name(_name(hosts[0])).sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


def authority(name: str) -> tuple[bytes, bytes]:
    """Certificate and private key, PEM, of somebody who vouches for others, not for other authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(name, key, AUTHORITY_VALID_FOR)
        .issuer_name(_name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_USE_OF_AN_AUTHORITY, critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


def signed_by(vouching: tuple[bytes, bytes], hosts: Sequence[str]) -> tuple[bytes, bytes]:
    """As `self_signed`, vouched for by the authority with this certificate and key."""
    by = x509.load_pem_x509_certificate(vouching[0])
    signing = serialization.load_pem_private_key(vouching[1], None)
    if not isinstance(signing, _Key):
        raise TypeError("the key of an authority is one of an elliptic curve")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _of_hosts(hosts, key)
        .issuer_name(by.subject)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


_USE_OF_AN_AUTHORITY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _of_hosts(hosts: Sequence[str], key: _Key) -> x509.CertificateBuilder:
    return (
        _builder(hosts[0], key, VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )


def _builder(name: str, key: _Key, valid_for: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks differ
        .not_valid_after(now + valid_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
