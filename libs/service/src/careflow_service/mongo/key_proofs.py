"""With which keys a database is written: `_key_proofs`, one line for each kind of key (see `key_lines`).

Invariant: the first process of a new database begins the lines; every later one must hold each key of them. A wrong key
would show nowhere else for long: patients would not be found again, and an untouched audit trail would look forged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.store_time import store_time
from careflow_service.mongo.client import Database
from careflow_service.mongo.key_lines import Key, KeyKind, KeyLine, KeyLines, Turn
from careflow_service.telemetry.logs import log

KEY_PROOFS: Final = "_key_proofs"


class KeyWrong(Exception):
    """A key is not one this database was written with; the message names its setting and never shows it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A line as the store has it."""

    turns: tuple[Turn, ...]
    retired: tuple[str, ...]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Proof:
        """As it was stored."""
        return cls(tuple(Turn.from_document(each) for each in stored["line"]), tuple(stored["retired"]))


class KeyProofs:
    """Reads and changes the lines of one database."""

    def __init__(self, database: Database, lines: KeyLines) -> None:
        self._database = database
        self._proofs = database.get_collection(
            KEY_PROOFS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._lines = lines

    async def prove(self) -> None:
        """For start-up: begins the lines of a new database, and takes over those of another. Raises KeyWrong."""
        stored = await self._stored()
        if missing := [kind for kind in KeyKind if kind not in stored]:
            now = await store_time(self._database)
            for kind in missing:
                begun = Turn.of(kind, self._lines.of(kind).current, after="", since=now)
                first = {"line": [begun.as_document()], "retired": []}
                await self._proofs.update_one({"_id": kind.value}, {"$setOnInsert": first}, upsert=True)
            stored = await self._stored()
        for kind, proof in stored.items():
            line = self._lines.of(kind)
            if complaint := wrong(line, proof):
                raise KeyWrong(complaint)
            line.follow(proof.turns, proof.retired)

    async def look(self) -> None:
        """Takes over the lines as they are now. A line that was tampered with is not believed: it stays as it was."""
        for kind, proof in (await self._stored()).items():
            line = self._lines.of(kind)
            if line.may_become(proof.turns, proof.retired):
                line.follow(proof.turns, proof.retired)
            else:
                log.error("key_line_not_believed", reason=kind.value)

    async def take_over(self, kind: KeyKind, key: Key) -> bool:
        """Makes `key` the current one from now on, by the store's clock; False where another has become it
        meanwhile.
        """
        line = self._lines.of(kind)
        since = max([await store_time(self._database), *(turn.since for turn in line.turns)])
        turn, known = Turn.of(kind, key, after=line.current_id, since=since), len(line.turns)
        done = await self._proofs.update_one(
            {"_id": kind.value, f"line.{known - 1}.key": turn.after, f"line.{known}": {"$exists": False}},
            {"$push": {"line": turn.as_document()}},
        )
        await self.look()
        return done.modified_count == 1

    async def retire(self, kind: KeyKind, key: str) -> None:
        """Takes a key that is not the current one out of the line, for good."""
        await self._proofs.update_one(
            {"_id": kind.value, "line.key": key},
            {"$pull": {"line": {"key": key}}, "$addToSet": {"retired": key}},
        )
        await self.look()

    async def _stored(self) -> dict[KeyKind, Proof]:
        return {KeyKind(stored["_id"]): Proof.of(stored) async for stored in self._proofs.find()}


def wrong(line: KeyLine, proof: Proof) -> str | None:
    """What is wrong with the keys a process holds, where a database was written along that line."""
    missing = line.missing(proof.turns)
    if missing is None:
        forged = line.forged(proof.turns, proof.retired)
        return forged and f"{line.kind.setting}: what this database says of the key {forged} was changed by somebody"
    if len(proof.turns) == 1:
        return f"{line.kind.setting} is not the key this database was written with"
    return f"{line.kind.setting}: this database still needs the key {missing}, which is not among the keys given"
