"""What each process knows of the keys, kept fresh: it reads its further keys again, follows the lines in the store, and
says in `_key_holders` which keys it holds and writes with.

Invariant: a key becomes the current one only when every process that is alive has said that it holds it (see
`key_rotation`), and no process writes with a key for longer than `LOOK_EVERY_SECONDS` after another took over. So a
process that holds no new key has nothing to miss: it asks the store only as often as it has to say that it is alive.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pymongo import IndexModel
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.store_time import store_time
from careflow_service.ids import new_id
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.further_keys import Further, FurtherKeysBroken
from careflow_service.mongo.generation import KIND, Generation
from careflow_service.mongo.key_lines import KeyKind, KeyLines
from careflow_service.mongo.key_proofs import KeyProofs
from careflow_service.telemetry.logs import log

KEY_HOLDERS: Final = "_key_holders"
HOLDER_INDEXES: Final = ((KEY_HOLDERS, IndexModel("seen_at", name="forgotten", expireAfterSeconds=86_400)),)
LOOK_EVERY_SECONDS: Final = 3.0
"""How often files are read again, and lines while a new key is held."""
SAY_AGAIN_SECONDS: Final = 15.0
"""How often a process says what it holds although nothing has changed."""
GONE_AFTER: Final = timedelta(seconds=60)
"""A process that has not said anything for that long, by the store's clock, is taken for dead."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that is alive: the keys it holds, and the one of each kind it writes with."""

    name: str
    process: str
    holds: frozenset[str]
    writes_with: Mapping[str, str]


class KeyWatch:
    """What one process knows of the keys."""

    def __init__(
        self,
        database: Database,
        lines: KeyLines,
        proofs: KeyProofs,
        generation: Generation,
        *,
        process: str,
        further: Callable[[], Further],
    ) -> None:
        """`further` reads the further keys of this process. Raises FurtherKeysBroken."""
        self.lines = lines
        self.proofs = proofs
        self.generation = generation
        self._further = further
        self._process = process
        self._name = f"{process}@{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
        self._database = database
        self._others: list[Callable[[], Sequence[str]]] = []
        self._said: Document = {}
        self._say_again_at = float("-inf")
        self._holders = database.get_collection(
            KEY_HOLDERS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority")
        )

    def also(self, others: Callable[[], Sequence[str]]) -> None:
        """Keys of another sort are read again, and said, beside these."""
        self._others.append(others)

    async def look(self) -> None:
        """Reads files and lines again. Raises FurtherKeysBroken, and what the driver raises while the store is away."""
        await self._read_files()
        await self._look()

    async def run(self) -> None:
        """Looks, and says what it holds, until cancelled."""
        try:
            while True:
                with suppress(PyMongoError):  # what is not said is said the next time
                    await self._follow()
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            with suppress(PyMongoError):
                await self._holders.delete_one({"_id": self._name})

    async def holders(self) -> list[Holder]:
        """Every process that is alive, by name."""
        since = await store_time(self._database) - GONE_AFTER
        found = self._holders.find({"seen_at": {"$gt": since}}, sort=[("_id", 1)])
        return [
            Holder(each["_id"], each["process"], frozenset(each["holds"]), each["writes_with"]) async for each in found
        ]

    async def _look(self) -> None:
        await self.proofs.look()
        await self.generation.look()

    async def _read_files(self) -> None:
        """In a thread of its own: a file that is sealed, and new, waits for a KMS."""
        further = await asyncio.to_thread(self._further)
        for kind in KeyKind:
            self.lines.of(kind).hold(further.get(kind, ()))

    async def _follow(self) -> None:
        """With files that cannot be used it goes on with the keys it holds, and lives on for the others."""
        try:
            await self._read_files()
        except FurtherKeysBroken as error:
            log.warning("further_keys_unreadable", exc_info=error)
        now = asyncio.get_running_loop().time()
        to_say_again = now >= self._say_again_at
        under_way = len(self.lines.blind_index.turns) > 1
        if to_say_again or under_way or any(self.lines.of(kind).new for kind in KeyKind):
            await self._look()
        said = self._what_it_holds(await asyncio.to_thread(self._other_keys))
        if to_say_again or said != self._said:
            seen_at = await store_time(self._database)
            await self._holders.update_one({"_id": self._name}, {"$set": {**said, "seen_at": seen_at}}, upsert=True)
            self._said, self._say_again_at = said, now + SAY_AGAIN_SECONDS

    def _what_it_holds(self, others: Sequence[str]) -> Document:
        kinds = [self.lines.of(kind) for kind in KeyKind]
        return {
            "process": self._process,
            "holds": sorted([*(key for line in kinds for key in line.held), *others]),
            "writes_with": {
                KIND: str(self.generation.number),
                **{line.kind.value: line.written_with for line in kinds},
            },
        }

    def _other_keys(self) -> list[str]:
        return [key for others in self._others for key in others()]
