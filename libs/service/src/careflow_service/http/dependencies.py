"""What a route needs, in one import: the caller, the request's key, the expected version, the application, the answer.

Routes parse, call one use case and answer; nothing here commits, so nothing happens after the response is sent. Each is
a coroutine: what is not, the framework would run in a thread, at many times its cost.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Query, Request

from careflow_service.http.limits import client_of
from careflow_service.http.rendering import Page, RequestBody, RequestPart, answer, represent
from careflow_service.http.routes import Call
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.problems import (
    FORBIDDEN,
    IDEMPOTENCY_KEY_MISSING,
    MALFORMED_HEADER,
    PRECONDITION_REQUIRED,
    Problem,
)

__all__ = [
    "WHOLE",
    "ClientAddress",
    "CurrentActor",
    "ExpectedVersion",
    "IdempotentRequest",
    "Page",
    "PageCursor",
    "PageLimit",
    "Repeatable",
    "RequestBody",
    "RequestPart",
    "answer",
    "application",
    "represent",
]

IDEMPOTENCY_KEY_PATTERN = "^[A-Za-z0-9._:~+/=-]{1,128}$"
IF_MATCH_PATTERN = '^"[0-9]{1,18}"$'

_IDEMPOTENCY_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)
_IF_MATCH = re.compile(IF_MATCH_PATTERN)

App = TypeVar("App")


async def current_actor(request: Request) -> Actor:
    """Who is calling, as the door let them in."""
    call = Call.of(request.scope)
    if call is None or call.actor is None:
        raise Problem(FORBIDDEN)
    return call.actor


async def idempotent_request(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> RequestKey:
    """The identity of this command: a repeat of it has the same key and the same body."""
    return await request_key(request, actor, request.headers.get("idempotency-key"))


async def request_key(request: Request, actor: Actor, key: str | None) -> RequestKey:
    """The identity of the command that `actor` sent with this key of theirs, a header's or a form's."""
    if key is None:
        raise Problem(IDEMPOTENCY_KEY_MISSING)
    if _IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise Problem(MALFORMED_HEADER, extra={"header": "Idempotency-Key"})
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    # Strangers cannot be told apart but by what they ask for: each request of theirs is a caller of its own, so that
    # none meets, or is answered, another's.
    caller = ["anyone", fingerprint] if actor.has(Role.PUBLIC) else ["caller", actor.id]
    return RequestKey(key=json.dumps([*caller, request.method, request.url.path, key]), fingerprint=fingerprint)


async def repeatable() -> None:
    """For a POST that needs no key: asked again it finds done what it asks for, or it only reads."""


async def expected_version(request: Request) -> int:
    """The version the caller has seen, from If-Match; `*` would mean "whatever it is", which no command here means."""
    value = request.headers.get("if-match")
    if value is None:
        raise Problem(PRECONDITION_REQUIRED)
    if _IF_MATCH.fullmatch(value) is None:
        raise Problem(MALFORMED_HEADER, extra={"header": "If-Match"})
    return int(value.strip('"'))


async def client_address(request: Request) -> str:
    """Where the caller is: an address, or the network an IPv6 household gets."""
    return client_of(request.scope)


ClientAddress = Annotated[str, Depends(client_address)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
IdempotentRequest = Annotated[RequestKey, Depends(idempotent_request)]
Repeatable = Annotated[None, Depends(repeatable)]
ExpectedVersion = Annotated[int, Depends(expected_version)]

PageLimit = Annotated[int, Query(ge=1, le=200, description="Items per page.")]
WHOLE: Final = 200
"""The limit of lists that were told whole before they had pages: what was read at once then still is."""
PageCursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


def application(kind: type[App]) -> Callable[[Request], Awaitable[App]]:
    """The dependency that gives a route its service's application.

    `Application = Annotated[App, Depends(application(App))]`
    """

    async def provide(request: Request) -> App:
        found = request.app.state.application
        if not isinstance(found, kind):
            raise TypeError(f"this process serves {type(found).__name__}, not {kind.__name__}")
        return found

    return provide
