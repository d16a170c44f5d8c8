"""Waits for a commit that writes anything of some owners, patients or places: for views that show what is there now.

Invariant: whoever waits behind what they have read misses nothing: the owner's version was read before it. One change
stream and one question to the store serve all who wait in a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from careflow_events.mongo.collections import Document, collection, committed
from careflow_events.mongo.owners import OWNERS
from careflow_events.mongo.watch import SharedStream

Versions = Mapping[str, int]
"""How often something of each owner was written; an owner of whom nothing was is not in it."""

_ASK_SECONDS: Final = 0.25
"""How often the store is asked for all who wait while there is no change stream."""
_ASK_ANYWAY_SECONDS: Final = 2.0


class OwnerChanges:
    """What is written of whom, for all who wait in this process."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._owners = committed(database, OWNERS)
        self._waiting: set[_Waiter] = set()
        self._hinted = asyncio.Event()
        self._stream = SharedStream(
            collection(database, OWNERS), wanted=lambda: bool(self._waiting), tell=lambda _: self._hinted.set()
        )
        self._following: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether the process stops."""
        return self._closing.is_set()

    async def until_closed(self) -> None:
        """Returns once the process stops; the caller limits the time."""
        await self._closing.wait()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def versions(self, owners: Collection[str]) -> Versions:
        """Where these owners stand; to be read before what is shown of them."""
        found = self._owners.find({"_id": {"$in": sorted(owners)}}, {"version": 1})
        return {each["_id"]: each["version"] async for each in found}

    async def until_moved(self, owners: Collection[str], seen: Versions) -> bool:
        """Returns once something of one of them was written since `seen`; the caller limits the time. False: the
        process stops.
        """
        waiter = _Waiter(frozenset(owners), dict(seen))
        self._waiting.add(waiter)
        self._hinted.set()  # it may have been written since it was seen
        try:
            if self._following is None or self._following.done():
                self._following = asyncio.create_task(self._follow())
            if not self.closed:
                await waiter.woken.wait()
            return not self.closed
        finally:
            self._waiting.discard(waiter)

    def close(self) -> None:
        """Lets go of everybody who waits, for good: the process stops."""
        self._closing.set()
        for waiter in self._waiting:
            waiter.woken.set()

    async def _follow(self) -> None:
        """Wakes whom something new concerns, as long as anybody waits."""
        while self._waiting:
            self._stream.open()
            with suppress(TimeoutError):
                seconds = _ASK_ANYWAY_SECONDS if self._stream.listening else _ASK_SECONDS
                async with asyncio.timeout(seconds):
                    await self._hinted.wait()
            self._hinted.clear()
            with suppress(PyMongoError):
                await self._wake()

    async def _wake(self) -> None:
        asked_for = list(self._waiting)  # of who joins meanwhile the answer says nothing
        now = await self.versions({owner for waiter in asked_for for owner in waiter.owners})
        for waiter in asked_for:
            if any(now.get(owner) != waiter.seen.get(owner) for owner in waiter.owners):
                waiter.woken.set()


@dataclass(eq=False, slots=True)
class _Waiter:
    owners: frozenset[str]
    seen: Versions
    woken: asyncio.Event = field(default_factory=asyncio.Event)
