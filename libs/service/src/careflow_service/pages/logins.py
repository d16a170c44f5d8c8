"""Staff before pages: whoever logged in at the clinic's identity provider is remembered by a sealed cookie.

Invariant: the cookie says nothing to who holds it, is sent to these pages alone and by these pages alone, and counts
for as long as somebody works with it; once they logged out no copy of it does. What it was made from, the provider's
token, is kept nowhere.
"""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import Message, Scope, Send

from careflow_service.identity import Actor, Role
from careflow_service.pages import PREFIX
from careflow_service.pages.cookies import named, sent
from careflow_service.tokens import TokenRefused

COOKIE: Final = "careflow-login"
BEGUN: Final = "careflow-login-begun"
"""What a browser keeps while its reader is away at the provider: one for each time they left, for several tabs leave at
once. Its name goes on with the state.
"""

COLLEAGUE: Final = "careflow-colleague"
"""What a browser keeps of a colleague who showed who they are at somebody else's device."""

IDLE: Final = timedelta(minutes=15)
"""After so long without a page somebody has left: automatic logoff, 45 CFR 164.312(a)(2)(iii); the length is ours, for
a tablet at the bedside.
"""
ASKED_AGAIN: Final = timedelta(hours=1)
"""After so long the provider is asked again, so that whoever it locks out is out of the pages too."""
BEGUN_FOR: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
BESIDE_FOR: Final = timedelta(minutes=2)
"""How long a colleague may take to read what they confirm, at a device that is not theirs."""
WRITTEN_AGAIN_AFTER: Final = timedelta(seconds=30)

UNATTENDED: Final = "unattended"
"""The parameter of a page that shows itself anew: nobody did anything, so it keeps nobody logged in."""

_GRANTED: Final = {str(role): role for role in Role}


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody logged in at `since` who was last here at `seen`, in seconds of the wall clock. By its `number` it is
    ended; one that a release before this gave has none.
    """

    actor: Actor
    since: float
    seen: float
    number: str | None = None


class Ended(Protocol):
    """The logins that somebody ended, by their numbers."""

    async def add(self, number: str, until: datetime) -> None:
        """This one is over; from then on it would be anyway."""
        ...

    async def has(self, number: str) -> bool:
        """Whether it is over."""
        ...


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody left for the provider at `at`: what they must bring back, and where they wanted to go. Whom the provider
    was not told to ask is `who`, was last here at `seen`, and coming back is nothing they did. With `beside` it is a
    colleague who left, on the device at which that person works.
    """

    state: str
    verifier: str
    to: str
    seen: float | None = None
    at: float | None = None
    who: str | None = None
    beside: str | None = None


class Logins:
    """Makes and reads the cookies. `keys` have 32 bytes each: the first seals, all of them open. `ended` knows who
    logged out; `beside` are the paths, as a browser knows them, of the other services' pages, whose cookies have the
    same names.
    """

    def __init__(
        self,
        keys: Callable[[], Sequence[bytes]],
        *,
        ended: Ended,
        beside: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._ended = ended
        self._beside = beside
        self._now = now

    @property
    def _sealed(self) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self._keys()])

    async def verify(self, token: str) -> Actor:
        """See `careflow_service.http.authentication.Verifier`."""
        login = self._read(token)
        if login is None:
            raise TokenRefused
        if self._is_idle(login) or self._now() - login.since > ASKED_AGAIN.total_seconds():
            raise TokenRefused(expired=True)
        if await self._is_over(login):
            raise TokenRefused
        return login.actor

    async def here(self, scope: Scope) -> Login | None:
        """Who is asking, if they were here a moment ago, so that the provider need not ask who they are."""
        login = self._read(login_of(scope) or "")
        return None if login is None or self._is_idle(login) or await self._is_over(login) else login

    def let_in(self, answer: Response, scope: Scope, actor: Actor, begun: Begun | None = None) -> None:
        """Who reads `answer` goes on as `actor`."""
        now = self._now()
        seen = now if begun is None or begun.seen is None else begun.seen
        login = Login(actor, now, seen, secrets.token_urlsafe(16))
        answer.headers.append("set-cookie", _cookie(COOKIE, self._write(login), scope))

    async def let_out(self, answer: Response, scope: Scope) -> None:
        """Who reads `answer` is nobody any more, before the other services' pages neither, and no copy of the cookie
        lets anybody in.
        """
        login = self._read(login_of(scope) or "")
        if login is not None and login.number is not None:
            await self._ended.add(login.number, datetime.fromtimestamp(login.since, UTC) + ASKED_AGAIN)
        for path in (None, *self._beside):
            answer.headers.append("set-cookie", _cookie(COOKIE, "", scope, path=path))

    def begin(self, answer: Response, scope: Scope, begun: Begun) -> None:
        """Remember in the browser who goes to the provider with `answer`. Another site sends them back, hence `lax`."""
        cookie = _cookie(_begun(begun.state), self._seal(asdict(begun)), scope, same_site="lax", keep=BEGUN_FOR)
        answer.headers.append("set-cookie", cookie)

    def begun(self, scope: Scope, state: str) -> Begun | None:
        """What this browser's reader left with, who brings back `state`; None when that is too long ago or was never
        so.
        """
        found = self._open(sent(_begun(state), scope) or "", ttl=int(BEGUN_FOR.total_seconds()))
        begun = Begun(**found) if found and "state" in found else None
        return begun if begun and hmac.compare_digest(state.encode(), begun.state.encode()) else None

    def end(self, answer: Response, scope: Scope, begun: Begun) -> None:
        """What somebody left with is brought back once."""
        answer.headers.append("set-cookie", _cookie(_begun(begun.state), "", scope))

    def stand_by(self, answer: Response, scope: Scope, colleague: Actor, begun: Begun) -> None:
        """Who reads `answer` has `colleague` beside them, for the page that `begun` goes on to and for a moment."""
        what: dict[str, object] = {
            "colleague": _said(colleague),
            "beside": begun.beside,
            "page": begun.to.partition("?")[0],
        }
        cookie = _cookie(COLLEAGUE, self._seal(what), scope, keep=BESIDE_FOR)
        answer.headers.append("set-cookie", cookie)

    def standing_by(self, scope: Scope, actor: Actor) -> Actor | None:
        """The colleague who showed who they are beside `actor`, for the page that is asked for."""
        found = self._open(sent(COLLEAGUE, scope) or "", ttl=int(BESIDE_FOR.total_seconds()))
        here = (actor.id, scope["path"].removeprefix(PREFIX))
        if found is None or (found.get("beside"), found.get("page")) != here:
            return None
        return _actor(found["colleague"])

    def stand_down(self, answer: Response, scope: Scope) -> None:
        """Who reads `answer` is alone again. It must be one of a page beside the one that had them stand by."""
        answer.headers.append("set-cookie", _cookie(COLLEAGUE, "", scope))

    def keeping(self, scope: Scope, send: Send) -> Send:
        """Sends an answer that also says that its reader was here. Those of pages further down do not: the cookie
        would be another one, for what is beside them.
        """
        login = self._read(login_of(scope) or "")
        now = self._now()
        silent = UNATTENDED in QueryParams(scope["query_string"]) or "/" in scope["path"].removeprefix(PREFIX)
        if login is None or silent or now - login.seen < WRITTEN_AGAIN_AFTER.total_seconds():
            return send
        cookie = _cookie(COOKIE, self._write(replace(login, seen=now)), scope)

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie.encode("ascii"))]}
            await send(message)

        return kept

    def _is_idle(self, login: Login) -> bool:
        """Before a screen on a wall nobody sits who could leave."""
        return not login.actor.is_screen and self._now() - login.seen > IDLE.total_seconds()

    async def _is_over(self, login: Login) -> bool:
        return login.number is not None and await self._ended.has(login.number)

    def _write(self, login: Login) -> str:
        when = {"since": login.since, "seen": login.seen}
        return self._seal({**_said(login.actor), **when, "number": login.number})

    def _read(self, token: str) -> Login | None:
        found = self._open(token)
        if found is None or "id" not in found:
            return None
        return Login(_actor(found), found["since"], found["seen"], found.get("number"))

    def _seal(self, what: dict[str, object]) -> str:
        return self._sealed.encrypt_at_time(json.dumps(what).encode(), int(self._now())).decode("ascii")

    def _open(self, token: str, *, ttl: int | None = None) -> dict[str, Any] | None:
        try:
            what = self._opened(token.encode(), ttl)
        except InvalidToken:
            return None
        found: dict[str, Any] = json.loads(what)
        return found

    def _opened(self, token: bytes, ttl: int | None) -> bytes:
        if ttl is None:
            return self._sealed.decrypt(token)
        return self._sealed.decrypt_at_time(token, ttl, int(self._now()))


def _said(actor: Actor) -> dict[str, object]:
    return {"id": actor.id, "roles": sorted(actor.roles), "patient": actor.patient_id}


def _actor(said: dict[str, Any]) -> Actor:
    """A release may know fewer roles than the one that sealed the cookie."""
    return Actor(said["id"], frozenset(_GRANTED[role] for role in said["roles"] if role in _GRANTED), said["patient"])


def login_of(scope: Scope) -> str | None:
    """What the browser says of who is logged in."""
    return sent(COOKIE, scope)


def _begun(state: str) -> str:
    return f"{BEGUN}-{state}"


def _cookie(
    name: str,
    value: str,
    scope: Scope,
    *,
    same_site: str = "strict",
    keep: timedelta | None = None,
    path: str | None = None,
) -> str:
    """Without a `path` of its own, a cookie is for the pages beside the one that gave it, under whatever path an edge
    shows them; without an age to `keep` it for, until the browser is closed, or at once when it is empty.
    """
    parts = [f"{named(name, scope)}={value}", "HttpOnly", f"SameSite={same_site}"]
    if path is not None:
        parts.append(f"Path={path}")
    age = keep if value else timedelta()
    if age is not None:
        parts.append(f"Max-Age={int(age.total_seconds())}")
    if scope["scheme"] == "https":
        parts.append("Secure")
    return "; ".join(parts)
