"""Reading one's own writes across services: `Careflow-After` waits until this service has heard what a client has seen.

A command answers `Careflow-Position: <stream>@<sequence>`; a request to another service that builds on it sends it
back as `Careflow-After`. Invariant: the wait is bounded, reads only positions, and happens before the body is parsed
or anything is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from careflow_events.outbox import StreamPosition
from careflow_service.problems import MALFORMED_HEADER, NOT_YET_KNOWN, Problem
from careflow_service.telemetry import metrics

LONGEST_WAIT_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.1
MOST_POSITIONS = 16

Heard = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]
"""How far this service has come in each of these streams; a stream it never heard of is absent."""


def heard_by(database: AsyncDatabase[dict[str, Any]], consumer: str) -> Heard:
    """Positions of `consumer` as the delivery of events commits them."""

    async def heard(streams: Sequence[str]) -> Mapping[str, int]:
        ids = {f"{consumer}|{stream}": stream for stream in streams}
        rows = database["_positions"].find({"_id": {"$in": list(ids)}}, {"last": 1})
        return {ids[row["_id"]]: row["last"] async for row in rows}

    return heard


class After:
    """Holds a request back until what it builds on has arrived, or refuses it with `not_yet_known`.

    `topics` are the ones this service hears: a position elsewhere is nothing it could build on, and one in its own
    streams it has committed itself, so neither is waited for.
    """

    def __init__(
        self, app: ASGIApp, *, heard: Heard, topics: frozenset[str], longest_wait: float = LONGEST_WAIT_SECONDS
    ) -> None:
        self._app = app
        self._heard = heard
        self._topics = topics
        self._longest_wait = longest_wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        value = Headers(scope=scope).get("careflow-after")
        if value is not None:
            await self._wait(self._relevant(read_positions(value)))
        await self._app(scope, receive, send)

    def _relevant(self, positions: Mapping[str, int]) -> dict[str, int]:
        return {stream: n for stream, n in positions.items() if stream.partition("/")[0] in self._topics}

    async def _wait(self, wanted: dict[str, int]) -> None:
        if not wanted:
            return
        try:
            async with asyncio.timeout(self._longest_wait):
                await self._until_heard(wanted)
        except TimeoutError:
            metrics.NOT_YET_KNOWN.inc()
            raise Problem(NOT_YET_KNOWN, headers={"Retry-After": "1"}) from None

    async def _until_heard(self, wanted: dict[str, int]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            heard = await self._heard(list(wanted))
            wanted = {stream: n for stream, n in wanted.items() if heard.get(stream, 0) < n}
            if not wanted:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def read_positions(value: str) -> dict[str, int]:
    """Read `<stream>@<sequence>, …`; of a stream named twice the later position counts."""
    parts = value.split(",", maxsplit=MOST_POSITIONS)
    found: dict[str, int] = {}
    try:
        positions = [StreamPosition.parse(part.strip()) for part in parts]
    except ValueError:
        positions = []
    if not positions or len(positions) > MOST_POSITIONS:
        raise Problem(MALFORMED_HEADER, extra={"header": "Careflow-After"})
    for position in positions:
        found[position.stream] = max(found.get(position.stream, 0), position.sequence)
    return found
