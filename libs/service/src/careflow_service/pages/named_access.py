"""Under which emergency access a browser's reader reads one patient: a cookie that names it, for that patient's page.

Invariant: it is sent for the page of that patient in that service and for nothing else, scripts cannot read it, no
other site sends it along. It lets nobody in by itself: the door asks the store whose it is and until when.
"""

from datetime import timedelta
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from careflow_service.pages.cookies import named, sent

COOKIE: Final = "careflow-emergency-access"


def access_named(scope: Scope) -> str | None:
    """The access that the browser names."""
    return sent(COOKIE, scope)


def name_access(answer: Response, scope: Scope, access_id: str, *, lasts: timedelta) -> None:
    """Has the reader of `answer` name it from now on. Without a path of its own the cookie is for the page above the
    one that gave it, `patients/{id}`, under whatever path an edge shows it.
    """
    secure, name = scope["scheme"] == "https", named(COOKIE, scope)
    seconds = int(lasts.total_seconds())
    answer.set_cookie(name, access_id, max_age=seconds, path=None, secure=secure, httponly=True, samesite="strict")


def forget_access(answer: Response, scope: Scope) -> None:
    """Has the reader of `answer` name none any more."""
    name_access(answer, scope, "", lasts=timedelta())
