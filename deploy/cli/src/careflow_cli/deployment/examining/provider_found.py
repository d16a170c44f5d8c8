"""Whose tokens are believed: the provider answers, is who the settings say, and has keys."""

import ssl
from collections.abc import Iterator
from typing import Any

from careflow_cli.deployment.examining.findings import Deployed, Finding, State, of, wrong
from careflow_cli.deployment.overlays import Overlay

CHECK = "provider"
WITHIN_SECONDS = 10.0


def provider_found(deployed: Deployed) -> Iterator[Finding]:
    """Asks for the two documents that services and the staff's login ask for."""
    issuer = deployed.settings.get("CAREFLOW_TOKEN_ISSUER", "")
    keys = deployed.settings.get("CAREFLOW_TOKEN_JWKS_URL", "")
    if deployed.in_development or not (issuer and keys):
        return  # said of the settings
    yield from of(CHECK, [*_issuer(deployed, issuer, keys), *_keys(deployed, keys)], f"{issuer} answers and has keys")


def _issuer(deployed: Deployed, issuer: str, keys: str) -> Iterator[Finding]:
    document = _asked(deployed, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if isinstance(document, Finding):
        needed = deployed.settings.get("CAREFLOW_LOGIN_CLIENT_ID")
        yield document if needed else Finding(CHECK, State.WARN, document.says, "nobody needs it but pages for staff")
        return
    if document.get("issuer") != issuer:
        yield wrong(CHECK, f"it calls itself {document.get('issuer')!a}", "put exactly that into CAREFLOW_TOKEN_ISSUER")
    if document.get("jwks_uri") not in (None, keys):
        yield wrong(CHECK, f"it has its keys at {document['jwks_uri']!a}", "put that into CAREFLOW_TOKEN_JWKS_URL")


def _keys(deployed: Deployed, address: str) -> Iterator[Finding]:
    document = _asked(deployed, address)
    if isinstance(document, Finding):
        yield document
    elif not document.get("keys"):
        yield wrong(CHECK, f"{address} has no keys", "ask whoever runs the provider: every request is 401 until then")


def _asked(deployed: Deployed, address: str) -> dict[str, Any] | Finding:
    """The document at an address, or why there is none."""
    import httpx

    bundled = Overlay.IDENTITY in deployed.overlays
    try:
        trusted = ssl.create_default_context()
        if bundled:
            trusted.load_verify_locations(deployed.secrets / "edge-certificate.pem")
        answer = httpx.get(address, verify=trusted, timeout=WITHIN_SECONDS)
        answer.raise_for_status()
        document = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        do = "docker-compose up -d starts it" if bundled else "every request is 401 or 503 until it answers from here"
        return Finding(CHECK, State.WARN if bundled else State.FAIL, f"{address}: {_why(error)}", do)
    return (
        document if isinstance(document, dict) else wrong(CHECK, f"{address} is no JSON object", "is it the provider?")
    )


def _why(error: Exception) -> str:
    return f"{type(error).__name__} {error}".splitlines()[0][:160].strip()
