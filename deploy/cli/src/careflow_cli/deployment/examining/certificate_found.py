"""Certificates: that of the edge goes with its key, is good for long enough, and for the clinic's names; those of Kafka
and of the stores are vouched for, and good for long enough.
"""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from careflow_cli.deployment import kafka_accounts, stores
from careflow_cli.deployment.examining.findings import Deployed, Finding, State, known, well, wrong
from careflow_cli.deployment.overlays import Overlay
from careflow_cli.stack.services import SERVICES

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CHECK, OF_KAFKA, OF_STORES = "certificate", "kafka", "stores"
RENEW_EDGE = "replace it: compose.md, Your own certificate"
RENEW_KAFKA = "renew it: secure.md, When a certificate ends"
RENEW_STORE = "renew it: store-tls.md, When a certificate ends"
SOON = timedelta(days=30)


def certificate_found(deployed: Deployed) -> Iterator[Finding]:
    """What clients will say of it."""
    from cryptography import x509

    file, key = deployed.secrets / "edge-certificate.pem", deployed.secrets / "edge-key.pem"
    if not (file.is_file() and key.is_file()):
        return  # said of the secrets
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except ValueError:
        yield wrong(CHECK, f"{file.name} is no certificate", "PEM is needed, the leaf first")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file, key)
    except ssl.SSLError:
        yield wrong(
            CHECK, f"{key.name} is not the key of {file.name}", "the edge does not start: put the right one there"
        )
    yield _lasting(CHECK, certificate, RENEW_EDGE)
    good_for = _alternatives(certificate)
    if missing := sorted(name for name in _names(deployed) if not good_for & {name, f"*.{name.partition('.')[2]}"}):
        yield wrong(CHECK, f"it is not for {', '.join(missing)}", "get one that is: clients refuse it")
    if certificate.issuer == certificate.subject and not deployed.in_development:
        yield known(CHECK, "nobody signed it but itself", "browsers warn of it: bring one of your own")


def kafka_found(deployed: Deployed) -> Iterator[Finding]:
    """What clients of Kafka will say of its certificate, where it has one."""
    if Overlay.SECURE in deployed.overlays:
        vouching = deployed.secrets / kafka_accounts.AUTHORITY[0]
        yield from _vouched_for(OF_KAFKA, vouching, deployed.secrets / kafka_accounts.KEYSTORE, RENEW_KAFKA)


def stores_found(deployed: Deployed) -> Iterator[Finding]:
    """What services will say of the certificates of their stores, where these have any: the most urgent of it."""
    if Overlay.STORE_TLS in deployed.overlays:
        vouching = deployed.secrets / stores.AUTHORITY[0]
        keystores = (deployed.secrets / stores.keystore(spec.name) for spec in SERVICES)
        found = [each for file in keystores for each in _vouched_for(OF_STORES, vouching, file, RENEW_STORE)]
        yield from sorted(found, key=_urgent)[:1]


def _vouched_for(check: str, vouching: Path, keystore: Path, renew: str) -> Iterator[Finding]:
    """Whether the certificate in a keystore is vouched for, and how long both last."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    if not (vouching.is_file() and keystore.is_file()):
        return  # said of the secrets
    try:
        authority = x509.load_pem_x509_certificate(vouching.read_bytes())
        certificate = x509.load_pem_x509_certificates(keystore.read_bytes())[0]
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        yield wrong(check, f"{keystore.name} is not vouched for by {vouching.name}", renew)
        return
    yield min((_lasting(check, each, renew) for each in (certificate, authority)), key=_urgent)


def _urgent(found: Finding) -> int:
    return (State.FAIL, State.WARN, State.OK).index(found.state)


def _lasting(check: str, certificate: "Certificate", renew: str) -> Finding:
    now, ends = datetime.now(UTC), certificate.not_valid_after_utc
    if certificate.not_valid_before_utc > now:
        return wrong(check, f"it begins on {certificate.not_valid_before_utc:%Y-%m-%d}", "look at this host's clock")
    if ends <= now:
        return wrong(check, f"it ended on {ends:%Y-%m-%d}", renew)
    if ends - now < SOON:
        return known(check, f"it ends on {ends:%Y-%m-%d}", renew)
    return well(check, f"good until {ends:%Y-%m-%d}")


def _names(deployed: Deployed) -> set[str]:
    """The names by which the settings say that clients come."""
    named = {urlsplit(deployed.settings.get("CAREFLOW_PUBLIC_URL", "")).hostname}
    if Overlay.IDENTITY in deployed.overlays:
        named |= {deployed.settings.get(f"CAREFLOW_IDENTITY_{of}HOST") for of in ("", "CLINIC_")}
    return {name for name in named if name}


def _alternatives(certificate: "Certificate") -> set[str]:
    """The names and addresses it is for; a name may begin with `*.`."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))}
