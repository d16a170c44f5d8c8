"""Certificates nobody vouches for, unless somebody says so."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture
def other_names_tls(tmp_path: Path) -> ssl.SSLContext:
    return _certified("other.example", tmp_path / "chain.pem")


@pytest.fixture
def own_authority(tmp_path: Path) -> Path:
    """Where the certificate of an authority of one's own is going to be."""
    return tmp_path / "authority.pem"


@pytest.fixture
def own_tls(own_authority: Path) -> ssl.SSLContext:
    return _certified("localhost", own_authority)


def _certified(host: str, chain: Path) -> ssl.SSLContext:
    """A server's certificate, its own authority, for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = chain.with_suffix(".key")
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context
