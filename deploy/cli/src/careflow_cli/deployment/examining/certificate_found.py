"""The certificate of the edge: goes with its key, is good for long enough, and for the clinic's names."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from careflow_cli.deployment.examining.findings import Deployed, Finding, known, well, wrong
from careflow_cli.deployment.overlays import Overlay

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CHECK = "certificate"
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
    now, ends = datetime.now(UTC), certificate.not_valid_after_utc
    if certificate.not_valid_before_utc > now:
        yield wrong(CHECK, f"it begins on {certificate.not_valid_before_utc:%Y-%m-%d}", "look at this host's clock")
    elif ends <= now:
        yield wrong(CHECK, f"it ended on {ends:%Y-%m-%d}", "replace it: compose.md, Your own certificate")
    elif ends - now < SOON:
        yield known(CHECK, f"it ends on {ends:%Y-%m-%d}", "replace it: compose.md, Your own certificate")
    else:
        yield well(CHECK, f"good until {ends:%Y-%m-%d}")
    good_for = _alternatives(certificate)
    if missing := sorted(name for name in _names(deployed) if not good_for & {name, f"*.{name.partition('.')[2]}"}):
        yield wrong(CHECK, f"it is not for {', '.join(missing)}", "get one that is: clients refuse it")
    if certificate.issuer == certificate.subject and not deployed.in_development:
        yield known(CHECK, "nobody signed it but itself", "browsers warn of it: bring one of your own")


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
