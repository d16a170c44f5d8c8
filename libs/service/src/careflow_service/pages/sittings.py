"""Who sits before a page: a cookie for as long as somebody answers, for these pages alone.

Invariant: scripts cannot read it, no other site sends it along, and it is never sent without TLS where there is TLS.
"""

from datetime import timedelta
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from careflow_service.pages.cookies import named, sent

COOKIE: Final = "careflow-sitting"


def sitting_of(scope: Scope) -> str | None:
    """What the browser says of who sits there."""
    return sent(COOKIE, scope)


def seat(answer: Response, scope: Scope, token: str, *, lasts: timedelta) -> None:
    """Let the reader of `answer` go on as themselves. Without a path of its own the cookie is for the pages beside the
    one that gave it, under whatever path an edge shows them.
    """
    secure, name = scope["scheme"] == "https", named(COOKIE, scope)
    seconds = int(lasts.total_seconds())
    answer.set_cookie(name, token, max_age=seconds, path=None, secure=secure, httponly=True, samesite="strict")
