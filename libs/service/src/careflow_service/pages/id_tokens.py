"""What an ID token says of a login: how long ago the provider asked.

It is believed because the provider itself gave it to us, over TLS, for a code that nobody else can use (OpenID Connect
Core 1.0, 3.1.3.7, 6); some name another audience in it than who asked. Who somebody is and what they may is never read
from it.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any


def asked_ago(id_token: object, *, issuer: str) -> float | None:
    """Seconds between the provider's asking who somebody is and its telling us, both by its own clock; None where it
    does not say.
    """
    claims = _claims(id_token)
    told, asked = claims.get("iat"), claims.get("auth_time")
    if claims.get("iss") != issuer or not isinstance(told, int | float) or not isinstance(asked, int | float):
        return None
    return float(told) - float(asked)


def _claims(id_token: object) -> Mapping[str, Any]:
    if not isinstance(id_token, str) or id_token.count(".") != 2:
        return {}
    said = id_token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
