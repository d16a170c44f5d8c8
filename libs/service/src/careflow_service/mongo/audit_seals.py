"""Seals the audit trail: `_audit_seals`, one for each entry, numbered, each over its entry and over the seal before it.

Invariants: entries never change and know nothing of their seals, so that no command waits for another's; a seal is
written once. Both by indexes of the store: one seal for an entry, one for a number. So whoever seals beside another,
or slept through the end of its lease, meets the number taken and begins anew, and the chain has one end.

An entry becomes visible when it commits, and its time was read before. So what is looked through again reaches back
`LATE` behind what is sealed: longer than a unit of work may last and clocks of a deployment may differ. An entry that
turns up behind that was inserted, and one whose HMAC is wrong was never ours; neither is sealed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import IndexModel
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.clock import Clock
from careflow_service.mongo.audit import AUDIT, AuditTrail
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.duplicates import duplicate_in

SEALS: Final = "_audit_seals"
SEAL_INDEXES: Final = ((SEALS, IndexModel("number", name="one_seal_per_number", unique=True)),)

LATE: Final = timedelta(minutes=5)
"""How long after its time an entry may turn up."""
AT_ONCE: Final = 500
"""How many entries are looked at, and sealed, at once."""
_IN_TIME: Final = [("at", 1), ("_id", 1)]


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal: its number from 1 on, the entry and the entry's HMAC, and its own hash, made with the audit key of the id
    `key`, which covers the seal before.

    `through`: what was recorded more than `LATE` before this is sealed.
    """

    number: int
    entry: str
    mac: str
    key: str
    hash: str
    through: datetime
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one turn came to: how many entries were sealed, since when the oldest one waits that was not, and whether
    there are more to seal right now.
    """

    count: int
    oldest_unsealed: datetime | None
    more: bool


class AuditSeals:
    """Seals audit entries, and finds seals."""

    def __init__(self, database: Database, trail: AuditTrail, *, wall_clock: Clock) -> None:
        self._entries = database.get_collection(AUDIT, read_concern=ReadConcern("majority"))
        self._seals = database.get_collection(
            SEALS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._trail = trail
        self._wall_clock = wall_clock
        self._sealed: set[str] = set()
        """Of the entries that are looked through again and again: those known to have their seal."""

    async def head(self) -> Seal | None:
        """The last seal; None while there is none."""
        found = await self._seals.find_one({}, sort=[("number", -1)])
        return None if found is None else seal_of(found)

    async def numbered(self, number: int) -> Seal | None:
        """The seal of that number."""
        found = await self._seals.find_one({"number": number})
        return None if found is None else seal_of(found)

    async def seal(self) -> Sealed:
        """Seals what has no seal yet, in the order of its time, up to `AT_ONCE` entries."""
        head = await self.head()
        genuine: list[Document] = []
        foreign: list[datetime] = []
        async with aclosing(self._unsealed(head)) as unsealed:
            async for entry in unsealed:
                if self._trail.is_genuine(entry):
                    genuine.append(entry)
                else:
                    foreign.append(entry["at"])
                if len(genuine) == AT_ONCE:
                    break
        if not await self._append(head, genuine):
            return Sealed(0, oldest_unsealed=genuine[0]["at"], more=True)
        more = len(genuine) == AT_ONCE
        waiting = [*foreign, *([genuine[-1]["at"]] if more else [])]
        return Sealed(len(genuine), min(waiting, default=None), more)

    async def oldest_unsealed(self) -> datetime | None:
        """When the oldest entry that waits for its seal was written."""
        async with aclosing(self._unsealed(await self.head())) as unsealed:
            async for entry in unsealed:
                at: datetime = entry["at"]
                return at
        return None

    async def of(self, entries: Collection[str]) -> dict[str, Seal]:
        """The seals of these entries, as far as they have one, by the entry's id."""
        found = self._seals.find({"_id": {"$in": [*entries]}})
        return {seal["_id"]: seal_of(seal) async for seal in found}

    async def behind(self, number: int, *, limit: int) -> list[Seal]:
        """Up to `limit` seals with a higher number, in their order."""
        found = self._seals.find({"number": {"$gt": number}}, sort=[("number", 1)], limit=limit)
        return [seal_of(seal) async for seal in found]

    async def _unsealed(self, head: Seal | None) -> AsyncGenerator[Document, None]:
        """Entries without a seal that may still get one, in the order of their time."""
        reached = self._sealed
        self._sealed = set()
        since = {} if head is None else {"at": {"$gt": head.through - LATE}}
        async with self._entries.find(since, {"_id": 1}, sort=_IN_TIME, batch_size=AT_ONCE) as looked_through:
            while ids := {each["_id"] for each in await looked_through.to_list(AT_ONCE)}:
                asked = ids - reached
                sealed = (ids & reached) | ((await self.of(asked)).keys() if asked else set())
                self._sealed |= sealed
                if unsealed := ids - sealed:
                    for entry in await self._entries.find({"_id": {"$in": [*unsealed]}}, sort=_IN_TIME).to_list():
                        yield entry

    async def _append(self, head: Seal | None, entries: Sequence[Document]) -> bool:
        """Seals these entries behind `head`; answers whether nobody else has sealed meanwhile."""
        if not entries:
            return True
        now = self._wall_clock()
        key = self._trail.seals_with(None if head is None else head.key)
        seals = []
        for entry in entries:
            number = 1 if head is None else head.number + 1
            before = "" if head is None else head.hash
            through = min(entry["at"], now)  # a clock that is ahead does not leave behind what others write
            head = Seal(
                number=number,
                entry=entry["_id"],
                mac=entry["mac"],
                key=key,
                hash=self._trail.linked(key=key, number=number, entry=entry["_id"], mac=entry["mac"], before=before),
                through=through if head is None else max(through, head.through),
                sealed_at=now,
            )
            seals.append(head)
        try:
            await self._seals.insert_many([_document(seal) for seal in seals])
        except BulkWriteError as error:
            if duplicate_in(error) is None:
                raise
            return False
        self._sealed |= {seal.entry for seal in seals}
        return True


def seal_of(document: Document) -> Seal:
    """A seal as it is stored."""
    return Seal(
        number=document["number"],
        entry=document["_id"],
        mac=document["mac"],
        key=document.get("key", ""),
        hash=document["hash"],
        through=document["through"],
        sealed_at=document["sealed_at"],
    )


def _document(seal: Seal) -> Document:
    return {
        "_id": seal.entry,
        "number": seal.number,
        "mac": seal.mac,
        "key": seal.key,
        "hash": seal.hash,
        "through": seal.through,
        "sealed_at": seal.sealed_at,
    }
