"""Reading one's own writes across services: `Careflow-After` waits until this service has heard what a client has seen.

A command answers `Careflow-Position: <stream>@<sequence>`; a request to another service that builds on it sends it
back as `Careflow-After`. Invariants: the wait is bounded, reads only positions, and happens before the body is parsed
or anything is done; a patient waits for their own streams only, and nobody unknown for any.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from careflow_events.outbox import StreamPosition
from careflow_service.http.routes import Call
from careflow_service.identity import Role
from careflow_service.problems import FORBIDDEN, MALFORMED_HEADER, NOT_YET_KNOWN, Problem
from careflow_service.telemetry import metrics

LONGEST_WAIT_SECONDS = 2.0
MOST_POSITIONS = 16

Until = Callable[[StreamPosition], Awaitable[None]]
"""Returns once this service has handled the stream up to this position."""


class After:
    """Holds a request back until what it builds on has arrived, or refuses it with `not_yet_known`.

    `topics` are the ones this service hears: a position elsewhere is nothing it could build on, and one in its own
    streams it has committed itself, so neither is waited for.
    """

    def __init__(
        self, app: ASGIApp, *, until: Until, topics: frozenset[str], longest_wait: float = LONGEST_WAIT_SECONDS
    ) -> None:
        self._app = app
        self._until = until
        self._topics = topics
        self._longest_wait = longest_wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        value = Headers(scope=scope).get("careflow-after")
        if value is not None:
            positions = read_positions(value)
            _check_visible(positions, scope)
            await self._wait([each for each in positions if self._is_heard(each)])
        await self._app(scope, receive, send)

    def _is_heard(self, position: StreamPosition) -> bool:
        return position.stream.partition("/")[0] in self._topics

    async def _wait(self, positions: Sequence[StreamPosition]) -> None:
        try:
            async with asyncio.timeout(self._longest_wait):
                for position in positions:
                    await self._until(position)
        except TimeoutError:
            metrics.NOT_YET_KNOWN.inc()
            raise Problem(NOT_YET_KNOWN, headers={"Retry-After": "1"}) from None


def _check_visible(positions: Sequence[StreamPosition], scope: Scope) -> None:
    """How far a stream has come says how much happens to somebody. Raises `forbidden`, whatever the stream's height."""
    call = Call.of(scope)
    actor = None if call is None else call.actor
    if actor is None or actor.has(Role.PUBLIC):
        raise Problem(FORBIDDEN)
    if actor.is_patient and any(subject_of(each) != f"patient:{actor.patient_id}" for each in positions):
        raise Problem(FORBIDDEN)


def subject_of(position: StreamPosition) -> str:
    """Whose stream it is, "patient:<id>"."""
    return position.stream.partition("/")[2]


def read_positions(value: str) -> list[StreamPosition]:
    """Read `<stream>@<sequence>, …`. Raises the problem `malformed_header`."""
    parts = value.split(",", maxsplit=MOST_POSITIONS)
    if len(parts) <= MOST_POSITIONS:
        with suppress(ValueError):
            return [StreamPosition.parse(part.strip()) for part in parts]
    raise Problem(MALFORMED_HEADER, extra={"header": "Careflow-After"})
