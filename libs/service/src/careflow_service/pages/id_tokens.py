"""What an ID token says of a login: how long ago the provider asked, and what it calls who it is.

It is believed because the provider itself gave it to us, over TLS, for a code that nobody else can use (OpenID Connect
Core 1.0, 3.1.3.7, 6); some name another audience in it than who asked. Who somebody is and what they may is never read
from it.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

_LONGEST_NAME: Final = 100
_NAMES: Final = ("name", "preferred_username")
"""OpenID Connect Core 1.0, 5.1, the fullest first."""


def name_in(*tokens: object) -> str | None:
    """What the provider calls somebody, from the first of these tokens that says it; to be read, and for nothing else.
    None where none of them says it.
    """
    said = [claims[each] for claims in map(_claims, tokens) for each in _NAMES if isinstance(claims.get(each), str)]
    shown = (" ".join("".join(letter for letter in each if letter.isprintable()).split()) for each in said)
    return next((each[:_LONGEST_NAME] for each in shown if each), None)


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
