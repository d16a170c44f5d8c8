"""Hints from change streams: to what a process does by itself, "something was written to this collection", to whoever
waits for an event to be handled, "its stream's position was written", and to readers of the feed, "something was
published".

Invariant: a hint may be missing, late or false. Where change streams are not to be had, the store is asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.positions import POSITIONS, MongoPositions
from careflow_events.outbox import StreamPosition

_TRY_AGAIN_SECONDS: Final = 5.0

_WRITES: Final[Document] = {
    "operationType": {"$in": ["insert", "update", "replace"]},
    # a lease that is only renewed says nothing; how far is published is counted in the relay's
    "$or": [{"ns.coll": {"$ne": "_leases"}}, {"updateDescription.updatedFields.published": {"$exists": True}}],
}
"""What is told of."""
_AWAIT_MS: Final = 5_000
"""How long the store holds a question for changes while there are none."""
_FIRST_PAUSE_SECONDS: Final = 0.005
_PAUSE_GROWTH: Final = 1.25
_LONGEST_PAUSE_SECONDS: Final = 0.25
_LINGER_SECONDS: Final = 10.0
"""How long the change stream stays open when nobody waits any more: who waited once often waits again soon."""


class CommitWatch:
    """What is written to a database, told to the work that a process does by itself, by one change stream for all of
    it. `run` must be running for hints to come.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._written: list[Written] = []
        self.listening = False
        """Whether the change stream is open."""

    def hint(self, *collections: str) -> Written:
        """A hint at what is written to these collections; to be asked for before `run`."""
        written = Written(self, frozenset(collections))
        self._written.append(written)
        return written

    async def run(self) -> None:
        """Watches until cancelled; waits and starts over when the change stream breaks."""
        while True:
            with suppress(PyMongoError):
                await self._listen()
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _listen(self) -> None:
        try:
            async with await self._database.watch(self._pipeline(), max_await_time_ms=_AWAIT_MS) as changes:
                self.listening = True
                self.wake()
                async for change in changes:
                    for written in self._written:
                        if change["ns"]["coll"] in written.collections:
                            written.tell()
        finally:
            self.listening = False
            self.wake()  # who sleeps long, trusting in being told, is not told any more

    def _pipeline(self) -> list[Document]:
        watched = sorted(frozenset[str]().union(*(written.collections for written in self._written)))
        return [
            {"$match": {**_WRITES, "ns.coll": {"$in": watched}}},
            {"$project": {"ns": 1}},
        ]

    def wake(self) -> None:
        """Ends every wait, as if there had been a hint."""
        for written in self._written:
            written.tell()


class Written:
    """The `Hint` port."""

    def __init__(self, watch: CommitWatch, collections: frozenset[str]) -> None:
        self.collections = collections
        self._watch = watch
        self._told = asyncio.Event()

    async def wait(self, seconds: float, *, while_told: float | None = None) -> None:
        """See `careflow_events.relay.Hint.wait`."""
        trusting = while_told is not None and self._watch.listening
        with suppress(TimeoutError):
            # Not by `wait_for`: before Python 3.12 that swallows a cancellation that comes together with a hint.
            async with asyncio.timeout(while_told if trusting else seconds):
                await self._told.wait()
        self._told.clear()

    def tell(self) -> None:
        """Ends the wait, or the next one."""
        self._told.set()


class SharedStream:
    """One change stream for all who wait for writes to a collection: open while they are `wanted`, and a little longer.
    It tells of each document that was written by its id; None may be any.
    """

    def __init__(
        self,
        watched: AsyncCollection[Document],
        *,
        wanted: Callable[[], bool],
        tell: Callable[[str | None], None],
    ) -> None:
        self._watched = watched
        self._wanted = wanted
        self._tell = tell
        self._watch: asyncio.Task[None] | None = None
        self.listening = False
        """Whether it is open."""

    def open(self) -> None:
        """Opens it unless it is open, or about to be."""
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Until the change stream breaks, or nobody has waited for a while."""
        try:
            with suppress(PyMongoError):
                async with await self._watched.watch(
                    [{"$match": _WRITES}, {"$project": {"documentKey": 1}}]
                ) as changes:
                    self.listening = True
                    self._tell(None)
                    await self._pass_on(changes)
        finally:
            self.listening = False

    async def _pass_on(self, changes: AsyncChangeStream[Document]) -> None:
        idle_since = time.monotonic()
        # One that was closed answers at once, for ever, and lets nothing else run meanwhile.
        while changes.alive and time.monotonic() - idle_since < _LINGER_SECONDS:
            change = await changes.try_next()
            if self._wanted():
                idle_since = time.monotonic()
            if change is not None:
                self._tell(change["documentKey"]["_id"])


class Arrivals:
    """Waits for positions of one consumer, in another process than the one that handles events."""

    def __init__(self, database: AsyncDatabase[Document], consumer: str) -> None:
        self._positions = MongoPositions(database, consumer)
        self._consumer = consumer
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._stream = SharedStream(
            collection(database, POSITIONS), wanted=lambda: bool(self._waiting), tell=self._tell
        )

    @property
    def listening(self) -> bool:
        """Whether the change stream is open."""
        return self._stream.listening

    @property
    def waiting(self) -> int:
        """How many streams are waited for."""
        return len(self._waiting)

    async def until(self, position: StreamPosition) -> None:
        """Returns once everything up to this position has been handled; the caller limits the time."""
        if await self._positions.reached(position):
            return
        key = f"{self._consumer}|{position.stream}"
        written = asyncio.Event()
        self._waiting.setdefault(key, set()).add(written)
        try:
            await self._until(position, written)
        finally:
            self._waiting[key].discard(written)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _until(self, position: StreamPosition, written: asyncio.Event) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            self._stream.open()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_PAUSE_SECONDS if self.listening else pause):
                    await written.wait()
            written.clear()
            pause = min(_PAUSE_GROWTH * pause, _LONGEST_PAUSE_SECONDS)
            if await self._positions.reached(position):
                return

    def _tell(self, key: str | None) -> None:
        for each in [*self._waiting] if key is None else [key]:
            for written in self._waiting.get(each, ()):
                written.set()
