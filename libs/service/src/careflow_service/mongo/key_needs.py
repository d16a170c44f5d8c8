"""What still needs a key: seen in the data, remembered nowhere. By it keys are listed, wrapped anew and retired."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo.read_concern import ReadConcern

from careflow_service.clock import wall_clock
from careflow_service.mongo.audit import AUDIT, OVERLAP
from careflow_service.mongo.client import Database
from careflow_service.mongo.idempotency import KEPT_FOR
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.key_vault import master_key_of, provider_of
from careflow_service.mongo.vault import KEYS, BlindIndex


@dataclass(frozen=True, slots=True)
class Listed:
    """One key as it is shown. `state`: new, current, older or retired; `held` by this process, or a sealing key by a
    worker; `needed_by` says what still needs one that is not current.
    """

    kind: str
    key: str
    state: str
    held: bool
    since: datetime | None
    needed_by: Sequence[str]


class KeyNeeds:
    """Asks the data of one service."""

    def __init__(self, database: Database, blind_index: BlindIndex) -> None:
        self._blind_index = blind_index
        self._keys = database.get_collection(KEYS, read_concern=ReadConcern("majority"))
        self._entries = database.get_collection(AUDIT, read_concern=ReadConcern("majority"))

    async def listed(self, line: KeyLine) -> list[Listed]:
        """Every key of that line in its order, then those retired, and those that never were current."""
        current, kind = line.current_id, line.kind.value
        turns = [
            Listed(
                kind,
                turn.key,
                "current" if turn.key == current else "older",
                turn.key in line.held,
                turn.since,
                [] if turn.key == current else await self.of(line, turn.key),
            )
            for turn in line.turns
        ]
        retired = [
            Listed(kind, key, "retired", key in line.held, None, await self.of(line, key))
            for key in sorted(line.retired)
        ]
        return [*turns, *retired, *(Listed(kind, key.id, "new", True, None, []) for key in line.new)]

    async def of(self, line: KeyLine, key: str) -> list[str]:
        """What can only be read with this key, which is not the current one."""
        if line.kind is KeyKind.MASTER:
            count = await self._keys.count_documents({"masterKey.provider": provider_of(key)})
            return [f"{count} data keys are wrapped with it"] if count else []
        if line.kind is KeyKind.BLIND_INDEX:
            return [each async for each in self._hashes(line, key)]
        until = line.until(key) or wall_clock()
        first = await self._entries.find_one(
            {"key": key, "at": {"$lte": until + OVERLAP}}, {"at": 1}, sort=[("at", 1), ("_id", 1)]
        )
        if first is None:
            return []
        return [f"the audit trail from {first['at']:%Y-%m-%d} to {until:%Y-%m-%d} is verified with it, and is kept"]

    async def _hashes(self, line: KeyLine, key: str) -> AsyncIterator[str]:
        """A retired one is needed by nothing, but what it hashed may not stay."""
        retired = key in line.retired
        for name, count in (await self.not_hashed(line.mark)).items():
            yield f"{count} documents of {name} {'still have its hashes' if retired else 'are found by it alone'}"
        until = (line.until(key) or wall_clock()) + KEPT_FOR
        if not retired and until > wall_clock():
            yield f"requests that were sent before may come again until {until:%Y-%m-%d %H:%M} UTC"

    async def not_hashed(self, mark: str | None) -> dict[str, int]:
        """How many documents of which collections are not found by exactly the keys of that mark; of each that has
        any.
        """
        if mark is None:
            return {}
        holders = self._blind_index.holders
        found = [(holder.name, await holder.left(mark)) for holder in holders]
        return {name: count for name, count in found if count}

    async def left_for(self, key: str) -> int:
        """How many data keys are wrapped with another master key than this one."""
        return await self._keys.count_documents({"masterKey.provider": {"$ne": provider_of(key)}})

    async def not_held(self, line: KeyLine) -> str | None:
        """A master key with which data keys are wrapped and that is not held here; None where all are."""
        held = sorted(map(provider_of, line.held))
        found = await self._keys.find_one({"masterKey.provider": {"$nin": held}}, {"masterKey.provider": 1})
        return None if found is None else master_key_of(found["masterKey"]["provider"])
