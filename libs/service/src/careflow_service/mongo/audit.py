"""Who did, read or was refused what, when: `_audit`, one entry each, inserted and never changed.

Invariant: what a transaction did and its entry commit together. Entries know nothing of each other, so that
transactions do not queue for a chain's head; each carries an HMAC with the audit key over its content, so that a
changed entry shows. No entry holds personal data: ids and versions only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.collections import collection
from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import StreamPosition
from careflow_service.clock import Clock
from careflow_service.identity import Actor
from careflow_service.ids import NewId
from careflow_service.mongo.client import Database, Document
from careflow_service.oversight import current_oversight

AUDIT: Final = "_audit"
BY_CAUSE: Final = "by_cause"


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    READ = "read"
    DENIED = "denied"


class AuditTrail:
    """Writes audit entries."""

    def __init__(self, database: Database, key: bytes, *, wall_clock: Clock, new_id: NewId) -> None:
        self._entries = database.get_collection(AUDIT, write_concern=WriteConcern("majority", j=True))
        self._instants = collection(database, AUDIT)
        self._key = key
        self._wall_clock = wall_clock
        self._new_id = new_id

    def done(
        self, actor: Actor, action: str, *, touched: Sequence[str], positions: Sequence[StreamPosition], cause: str
    ) -> None:
        """What the unit of work one is in did; commits with it or not at all."""
        unit_of_work().insert(AUDIT, self._entry(Outcome.DONE, actor, action, touched, positions, cause))

    async def read(self, actor: Actor, action: str, *what: str) -> None:
        """Somebody read `what` ("cases/<id>"): one entry for all that one call showed. Committed before it returns."""
        call = current_oversight()
        if call is not None:
            call.audited = True
        if what:
            await self._entries.insert_one(self._entry(Outcome.READ, actor, action, what, [], None))

    async def denied(self, actor: Actor, action: str, *what: str) -> None:
        """Somebody was refused `what`. Committed before it returns."""
        await self._entries.insert_one(self._entry(Outcome.DENIED, actor, action, what, [], None))

    async def acted(self, actor: Actor, action: str) -> None:
        """An operator did what is no unit of work of the service. Committed before it returns."""
        await self._entries.insert_one(self._entry(Outcome.DONE, actor, action, (), [], None))

    async def committed(self, causes: Collection[str]) -> dict[str, datetime]:
        """When what was done here because of each of these events was committed last; those that changed nothing are
        left out.
        """
        if not causes:
            return {}
        query = {"outcome": Outcome.DONE.value, "cause": {"$in": sorted(causes)}}
        entries = await self._instants.find(query, {"cause": 1, "at": 1}).hint(BY_CAUSE).to_list()
        return {entry["cause"]: entry["at"] for entry in sorted(entries, key=lambda each: each["at"])}

    def is_genuine(self, entry: Mapping[str, object]) -> bool:
        """True when a stored entry is exactly what was written with this audit key."""
        mac = entry.get("mac")
        return isinstance(mac, str) and hmac.compare_digest(mac, self._mac(entry))

    def _entry(
        self,
        outcome: Outcome,
        actor: Actor,
        action: str,
        touched: Sequence[str],
        positions: Sequence[StreamPosition],
        cause: str | None,
    ) -> Document:
        entry: Document = {
            "_id": self._new_id(),
            "at": self._wall_clock(),
            "outcome": outcome.value,
            "actor": actor.id,
            "roles": sorted(role.value for role in actor.roles),
            "action": action,
            "touched": list(touched),
            "positions": [str(position) for position in positions],
            "cause": cause,
        }
        entry["mac"] = self._mac(entry)
        return entry

    def _mac(self, entry: Mapping[str, object]) -> str:
        content = {name: value for name, value in entry.items() if name != "mac"}
        canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
        return hmac.new(self._key, canonical, hashlib.sha256).hexdigest()
