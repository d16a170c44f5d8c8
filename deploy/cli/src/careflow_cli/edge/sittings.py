"""Who logged in at one of the four is logged in at the others when they come there: in a deployment the clinic's
provider sees to that, which asks nobody who works; a development login is a token, and here it is remembered.

Invariant: a token is in this process's memory alone, and for as long as its reader works.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlencode

LOGIN_COOKIE: Final = "careflow-login"
"""By which a service knows who is logged in there."""
COOKIE: Final = "careflow-one-login"
IDLE: Final = 15 * 60.0
"""Seconds after which whoever did nothing is nobody any more, as in the services."""
MOST: Final = 1_000
"""Readers remembered at a time; beyond it the one longest unseen is forgotten."""
UNATTENDED: Final = "unattended"
"""The parameter of what a page asks for by itself, which is nothing its reader did."""
LOG_IN: Final = "/pages/login"
LOG_OUT: Final = "/pages/logout"


class Sittings:
    """The tokens of those who work, by what their browser keeps."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def begin(self, token: str) -> str:
        """What the browser keeps from now on."""
        sitting = secrets.token_urlsafe(32)
        self._tokens[sitting] = (token, self._now())
        if len(self._tokens) > MOST:
            self._tokens.popitem(last=False)
        return sitting

    def token(self, sitting: str, *, unattended: bool) -> str | None:
        """The token of who is here, if they were a moment ago; unless it is unattended, they are here now."""
        token, seen = self._tokens.pop(sitting, ("", -IDLE))
        if not token or self._now() - seen > IDLE:
            return None
        self._tokens[sitting] = (token, seen if unattended else self._now())
        return token

    def end(self, sitting: str) -> None:
        """Somebody logged out, or is somebody else now."""
        self._tokens.pop(sitting, None)


def cookies_of(header: str) -> dict[str, str]:
    """What a browser sent."""
    try:
        return {name: each.value for name, each in SimpleCookie(header).items()}
    except CookieError:
        return {}


def given_login(set_cookies: Iterable[str]) -> str | None:
    """The login a service gave its reader with an answer."""
    for each in set_cookies:
        name, _, rest = each.partition("=")
        if name == LOGIN_COOKIE and (value := rest.partition(";")[0]):
            return value
    return None


def lasting(name: str, value: str, path: str) -> str:
    """A cookie until the browser is closed."""
    return f"{name}={value}; HttpOnly; SameSite=Strict; Path={path}"


def gone(name: str, path: str) -> str:
    """No such cookie any more."""
    return f"{name}=; HttpOnly; SameSite=Strict; Path={path}; Max-Age=0"


def token_in(form: bytes) -> str:
    """The token that somebody logs in with."""
    return parse_qs(form.decode("latin-1")).get("token", [""])[0]


def form_of(token: str) -> bytes:
    """The form by which one logs in with it."""
    return urlencode({"token": token, "to": ""}).encode()
