"""What the bundled identity provider needs: its secrets, and settings by which the services believe it."""

import json
import secrets
from typing import Final

from joserfc.jwk import RSAKey

from careflow_cli.stack.secrets import Secrets

FILES: Final = ("identity-secret.key", "identity-services.secret", "identity-signing.json")
SECRET_BYTES: Final = 32
SIGNING_KEY_BITS: Final = 3072


def make(kept: Secrets) -> None:
    """The key its sessions are signed with, what the services say to it, and what its tokens are signed with."""
    kept.keep(FILES[0], lambda: secrets.token_urlsafe(SECRET_BYTES).encode())
    kept.keep(FILES[1], lambda: secrets.token_urlsafe(SECRET_BYTES).encode())
    kept.keep(FILES[2], _signing_keys)


def host_of(host: str) -> str:
    """The name of the provider of the clinic at `host`; the edge knows it by how it begins."""
    return f"login.{host}"


def settings(host: str) -> dict[str, str]:
    """For a clinic whose edge is at `host`, port 443. Services reach the provider by the edge, like everybody."""
    name = host_of(host)
    return {
        "CAREFLOW_IDENTITY_HOST": name,
        "CAREFLOW_IDENTITY_CLINIC_HOST": host,
        "CAREFLOW_TOKEN_ISSUER": f"https://{name}",
        "CAREFLOW_TOKEN_JWKS_URL": f"https://{name}/oauth/jwks.json",
        "CAREFLOW_TOKEN_ROLES_CLAIM": "groups",
        "CAREFLOW_TOKEN_PATIENT_CLAIM": "sub",
    }


def _signing_keys() -> bytes:
    key = RSAKey.generate_key(SIGNING_KEY_BITS, auto_kid=True)
    return json.dumps({"keys": [key.as_dict(private=True)]}).encode()
