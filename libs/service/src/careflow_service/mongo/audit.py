"""Who did, read or was refused what, when: `_audit`, one entry each, inserted and never changed.

Invariant: what a transaction did and its entry commit together. Entries know nothing of each other, so that
transactions do not queue for a chain's head; each carries an HMAC with the audit key over its content, so that a
changed entry shows. That one is removed shows by its seal: see `audit_seals`. No entry holds personal data: ids and
versions only, and whom it is about as keyed hashes, so that it can be asked for by a patient's id and tells none.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import orjson
from pymongo import IndexModel
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.collections import collection
from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import StreamPosition
from careflow_service.clock import Clock
from careflow_service.errors import KeyNotHeld
from careflow_service.identity import Actor
from careflow_service.ids import NewId
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.key_lines import Key, KeyLine
from careflow_service.oversight import Shown, current_oversight

AUDIT: Final = "_audit"
AUDIT_INDEXES: Final = (
    (AUDIT, IndexModel([("at", 1), ("_id", 1)], name="by_time_and_id")),
    (AUDIT, IndexModel([("whose", 1), ("at", 1), ("_id", 1)], name="by_whose")),
    (AUDIT, IndexModel([("actor", 1), ("at", 1), ("_id", 1)], name="by_actor")),
    (AUDIT, IndexModel([("outcome", 1), ("at", 1), ("_id", 1)], name="by_outcome")),
    (AUDIT, IndexModel("cause", name="by_cause", partialFilterExpression={"outcome": "done"})),
)
OVERLAP: Final = timedelta(minutes=5)
"""For how long after another audit key took over an entry with the one before it may be dated: longer than it takes
until each process has heard of it, and than clocks of a deployment may differ.
"""
_NAMED: Final = re.compile(r"([a-z_]+/([0-9A-Za-z-]+))(@[0-9]+)?")
"""`collection/id`, with a version where it was written."""


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    READ = "read"
    DENIED = "denied"


class AuditTrail:
    """Writes audit entries."""

    def __init__(self, database: Database, keys: KeyLine, *, wall_clock: Clock, new_id: NewId) -> None:
        self._entries = database.get_collection(AUDIT, write_concern=WriteConcern("majority", j=True))
        self._instants = collection(database, AUDIT)
        self._keys = keys
        self._wall_clock = wall_clock
        self._new_id = new_id

    def done(
        self, actor: Actor, action: str, *, touched: Sequence[str], positions: Sequence[StreamPosition], cause: str
    ) -> None:
        """What the unit of work one is in did; commits with it or not at all."""
        unit = unit_of_work()
        unit.insert(AUDIT, self._entry(Outcome.DONE, actor, action, touched, positions, cause, whose=unit.changed))

    async def read(self, actor: Actor, action: str, *what: str) -> None:
        """Somebody read `what` ("cases/<id>"). In a call that gathers it is written with all else that the call shows,
        before it is answered (`shown`); elsewhere it is committed before this returns. Refused as `Oversight.named`.
        """
        call, read = current_oversight(), Shown(actor, action, what)
        if call is not None:
            read = Shown(actor, action, tuple(call.named(what, _whose(what))))
            call.audited = True
            if call.gathers:
                call.shows(read)
                return
        if read.what:
            await self.shown(read)

    async def shown(self, read: Shown) -> None:
        """One entry for all that one call shows. Committed before it returns."""
        whose = _whose(read.what)
        entry = self._entry(Outcome.READ, read.actor, read.action, read.what, [], None, whose=whose)
        await self._entries.insert_one(entry)

    async def denied(self, actor: Actor, action: str, *what: str) -> None:
        """Somebody was refused `what`. Committed before it returns."""
        entry = self._entry(Outcome.DENIED, actor, action, what, [], None, whose=_whose(what))
        await self._entries.insert_one(entry)

    async def acted(self, actor: Actor, action: str) -> None:
        """An operator did what is no unit of work of the service. Committed before it returns."""
        await self._entries.insert_one(self._entry(Outcome.DONE, actor, action, (), [], None, whose=()))

    def hidden(self, id_: str) -> list[str]:
        """How the patient or place of this id stands in entries: with each key there was."""
        return [_hidden(key, id_) for key in self._keys.in_line]

    def linked(self, *, key: str, number: int, entry: str, mac: str, before: str) -> str:
        """The hash of seal `number` with the audit key of that id, over the entry it seals and the hash of the seal
        before it. Raises KeyNotHeld.
        """
        return _keyed(self._keys.get(key), b"seal", orjson.dumps([number, entry, mac, before]))

    def seals_with(self, before: str | None) -> str:
        """The id of the key for a seal behind one made with the key `before`. Raises KeyNotHeld while this process has
        not heard yet of that key.
        """
        key = self._keys.current.id
        if before is not None and not self.may_follow(before, key):
            raise KeyNotHeld
        return key

    def may_follow(self, before: str, key: str) -> bool:
        """Whether a seal with `key` may stand behind one with the key `before`: the same one, or one that took over
        from it.
        """
        earlier, later = self._keys.rank(before), self._keys.rank(key)
        return earlier is not None and later is not None and earlier <= later

    async def committed(self, causes: Collection[str]) -> dict[str, datetime]:
        """When what was done here because of each of these events was committed last; those that changed nothing are
        left out.
        """
        if not causes:
            return {}
        query = {"outcome": Outcome.DONE.value, "cause": {"$in": sorted(causes)}}
        entries = await self._instants.find(query, {"cause": 1, "at": 1}).to_list()
        return {entry["cause"]: entry["at"] for entry in sorted(entries, key=lambda each: each["at"])}

    def is_genuine(self, entry: Mapping[str, object]) -> bool:
        """True when a stored entry is exactly what was written, with an audit key that was in use at its time."""
        mac, id_, at = entry.get("mac"), entry.get("key"), entry.get("at")
        if not (isinstance(mac, str) and isinstance(id_, str) and isinstance(at, datetime)):
            return False
        key = self._keys.held.get(id_)
        if key is None or self._keys.rank(id_) is None or not hmac.compare_digest(mac, _mac(key, entry)):
            return False
        until = self._keys.until(id_)
        return until is None or at <= until + OVERLAP

    def _entry(
        self,
        outcome: Outcome,
        actor: Actor,
        action: str,
        touched: Sequence[str],
        positions: Sequence[StreamPosition],
        cause: str | None,
        *,
        whose: Iterable[str],
    ) -> Document:
        key = self._keys.current
        entry: Document = {
            "_id": self._new_id(),
            "at": self._wall_clock(),
            "outcome": outcome.value,
            "actor": actor.id,
            "roles": sorted(role.value for role in actor.roles),
            "action": action,
            "touched": list(touched),
            "whose": sorted(_hidden(key, each) for each in whose),
            "positions": [str(position) for position in positions],
            "cause": cause,
            "key": key.id,
        }
        entry["mac"] = _mac(key, entry)
        return entry


def _mac(key: Key, entry: Mapping[str, object]) -> str:
    content = {name: value for name, value in entry.items() if name != "mac"}
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    return hmac.new(key.material, canonical, hashlib.sha256).hexdigest()


def _hidden(key: Key, id_: str) -> str:
    return _keyed(key, b"whose", id_.encode())


def _keyed(key: Key, purpose: bytes, text: bytes) -> str:
    return hmac.new(key.material, purpose + b"|" + text, hashlib.sha256).hexdigest()


def _whose(what: Iterable[str]) -> set[str]:
    """Whom these things are about: whose each was when this call loaded it, or else the id in its name
    (`patients/<id>`, and whatever else is named by its patient).
    """
    call = current_oversight()
    whose = {} if call is None else call.whose
    named = (found for each in what if (found := _NAMED.fullmatch(each)) is not None)
    return {whose.get(each[1], each[2]) for each in named}
