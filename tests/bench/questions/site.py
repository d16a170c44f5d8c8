"""Where a question is asked: a running stack of one build, its clinic, and what is known of both.

Owns the protocol of a question. Invariant: a question uses what every build has: HTTP, processes, stores, Kafka.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
from pymongo import AsyncMongoClient

from careflow_cli.stack.stack import Stack
from tests.bench.lean import look_once_for_what_is_missing
from tests.bench.questions.answers import Turn
from tests.bench.questions.clinic import Clinic
from tests.bench.questions.extent import Extent
from tests.bench.questions.written import BareCommit, Database, Written, written_by

_ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """`checkout` is the build that runs here."""

    checkout: Path
    stack: Stack
    clinic: Clinic
    extent: Extent
    clients: dict[str, AsyncMongoClient[dict[str, Any]]]
    opened: AsyncExitStack
    written: dict[str, Written] = field(default_factory=dict)

    def client(self, service: str) -> AsyncMongoClient[dict[str, Any]]:
        """The store of a service, beside the service."""
        return self.clients[service]

    def database(self, service: str) -> Database:
        """What a service keeps."""
        return self.clients[service][self.stack.database(service)]

    async def floor_of(self, name: str, service: str, act: Callable[[], Awaitable[object]]) -> BareCommit:
        """A floor that writes what `act` does, which is done once to see it."""
        if name not in self.written:
            self.written[name] = await written_by(self.database(service), act)
        floor = BareCommit(self.clients[service], self.written[name])
        await floor.prepare()
        return floor


@asynccontextmanager
async def site(checkout: Path, stack: Stack, extent: Extent) -> AsyncIterator[Site]:
    """An open clinic on a stack that runs."""
    look_once_for_what_is_missing()
    async with AsyncExitStack() as opened:
        limits = httpx.Limits(max_connections=extent.clients, max_keepalive_connections=extent.clients)
        http = await opened.enter_async_context(httpx.AsyncClient(timeout=_ANSWER_SECONDS, limits=limits))
        clients: dict[str, AsyncMongoClient[dict[str, Any]]] = {}
        for spec in stack.services:
            client = AsyncMongoClient[dict[str, Any]](stack.mongo_url(spec.name), tz_aware=True)
            clients[spec.name] = await opened.enter_async_context(client)
        clinic = Clinic(stack, http)
        await clinic.open()
        yield Site(checkout, stack, clinic, extent, clients, opened)


class Question(Protocol):
    """Asked of one build in turns. `services`: which must run for it; `most_turns`: more would take too long, or bring
    nothing new.
    """

    services: tuple[str, ...]
    most_turns: int

    async def prepare(self, site: Site) -> None:
        """Whatever is not timed and done once."""

    async def turn(self, site: Site) -> Turn:
        """Measure once; bounded by the extent."""
