"""What the cookies of pages are called, and what a browser sent of them.

Invariant: where there is TLS the name begins with `__Secure-`: no browser takes such a cookie from an answer without
TLS, so nobody on the way can put one of theirs into it (RFC 6265bis, 4.1.3).
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

SECURE: Final = "__Secure-"


def named(name: str, scope: Scope) -> str:
    """The name under which a browser knows the cookie here."""
    return f"{SECURE}{name}" if scope.get("scheme") == "https" else name


def sent(name: str, scope: Scope) -> str | None:
    """What the browser says of this cookie."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(named(name, scope))
