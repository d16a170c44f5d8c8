"""What an auditor asks of the trail: whether it is whole, and who did, read or was refused what.

Both go page by page, so that a trail of any length is looked through in answers of bounded size. Nothing is changed.
Limit: somebody with the database and the audit key can remove an entry before it is sealed, or write the whole chain
anew; the second shows where a head was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pymongo.read_concern import ReadConcern

from careflow_service.clock import Clock
from careflow_service.errors import CursorBroken
from careflow_service.listed import Listed
from careflow_service.mongo.audit import AUDIT, AuditTrail, Outcome
from careflow_service.mongo.audit_seals import LATE, AuditSeals, Seal
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.key_proofs import KeyProofs
from careflow_service.mongo.paging import Sort, cursor_at, page_of

SEALED_WITHIN: Final = timedelta(seconds=60)
"""An entry without a seal for longer is a finding: seals are made every few seconds."""
_OLDEST_FIRST: Final[Sort] = (("at", 1), ("_id", 1))
_NEWEST_FIRST: Final[Sort] = (("at", -1), ("_id", -1))
_ENTRIES: Final = "entries:"
"""How a cursor begins that stands among the entries; before that it is the number of a seal."""


class Fault(StrEnum):
    """What is wrong with a trail."""

    MISSING = "missing"
    """A sealed entry, or a seal between others, is no longer there."""
    CHANGED = "changed"
    """An entry is not what was sealed."""
    INSERTED = "inserted"
    """An entry was not written by this service, or long after the time it names."""
    REORDERED = "reordered"
    """A seal does not stand behind the one it was made behind."""
    UNSEALED = "unsealed"
    """An entry waits for its seal for longer than sealing takes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the number of the seal, where it is about one, and the entry, where that is known."""

    fault: Fault
    number: int | None
    entry: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A part of the trail, verified: how many seals and entries, what was found, and where to go on."""

    seals: int
    entries: int
    findings: tuple[Finding, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown; `seal` is the number of its seal."""

    id: str
    at: datetime
    outcome: Outcome
    actor: str
    roles: Sequence[str]
    action: str
    touched: Sequence[str]
    cause: str | None
    seal: int | None


class AuditReview:
    """Verifies and searches a service's audit trail."""

    def __init__(
        self, database: Database, trail: AuditTrail, seals: AuditSeals, proofs: KeyProofs, *, wall_clock: Clock
    ) -> None:
        """`proofs` say which audit keys counted when, and are asked each time: a key may just have taken over."""
        self._entries = database.get_collection(AUDIT, read_concern=ReadConcern("majority"))
        self._trail = trail
        self._seals = seals
        self._proofs = proofs
        self._wall_clock = wall_clock

    async def verify(self, *, limit: int, after: str | None = None) -> Verified:
        """The part of the trail behind the cursor `after`: first all seals with what they seal, then all entries with
        their seals. Raises CursorBroken.
        """
        await self._proofs.look()
        if after is not None and after.startswith(_ENTRIES):
            return await self._verify_entries(after.removeprefix(_ENTRIES), limit)
        return await self._verify_seals(_number_in(after), limit)

    async def search(
        self,
        *,
        whose: str | None = None,
        actor: str | None = None,
        outcome: Outcome | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> Listed[Entry]:
        """Entries about what is the patient's or place's `whose`, by somebody, with an outcome, from `since` until
        before `until`, newest first. Raises CursorBroken.
        """
        await self._proofs.look()
        named = {
            "whose": None if whose is None else {"$in": self._trail.hidden(whose)},
            "actor": actor,
            "outcome": None if outcome is None else outcome.value,
        }
        times = {**({} if since is None else {"$gte": since}), **({} if until is None else {"$lt": until})}
        query = {name: value for name, value in named.items() if value is not None} | ({"at": times} if times else {})
        found = await page_of(self._entries, query, sort=_NEWEST_FIRST, limit=limit + 1, after=after)
        seals = await self._seals.of([entry["_id"] for entry in found[:limit]])
        items = tuple(_shown(entry, seals.get(entry["_id"])) for entry in found[:limit])
        return Listed(
            items, cursor_at(found[limit - 1], _NEWEST_FIRST, of=self._entries.name) if len(found) > limit else None
        )

    async def _verify_seals(self, after: int, limit: int) -> Verified:
        seals = await self._seals.behind(after, limit=limit)
        ids = [seal.entry for seal in seals]
        entries = {entry["_id"]: entry async for entry in self._entries.find({"_id": {"$in": ids}})}
        before = None if after == 0 else await self._seals.numbered(after)
        findings: list[Finding] = []
        for seal in seals:
            findings += self._of_seal(seal, before, entries.get(seal.entry), expected=after + 1)
            before, after = seal, seal.number
        return Verified(len(seals), 0, tuple(findings), str(after) if len(seals) == limit else _ENTRIES)

    def _of_seal(self, seal: Seal, before: Seal | None, entry: Document | None, *, expected: int) -> list[Finding]:
        findings = []
        if seal.number > expected:
            findings.append(Finding(Fault.MISSING, expected, None))
        elif not self._is_linked(seal, before):
            findings.append(Finding(Fault.REORDERED, seal.number, seal.entry))
        if entry is None:
            findings.append(Finding(Fault.MISSING, seal.number, seal.entry))
        elif entry["mac"] != seal.mac or not self._trail.is_genuine(entry):
            findings.append(Finding(Fault.CHANGED, seal.number, seal.entry))
        return findings

    def _is_linked(self, seal: Seal, before: Seal | None) -> bool:
        """Whether it was made behind that one, with a key that may stand there."""
        if not self._trail.may_follow(seal.key if before is None else before.key, seal.key):
            return False
        previous = "" if before is None else before.hash
        return seal.hash == self._trail.linked(
            key=seal.key, number=seal.number, entry=seal.entry, mac=seal.mac, before=previous
        )

    async def _verify_entries(self, after: str, limit: int) -> Verified:
        head, now = await self._seals.head(), self._wall_clock()
        found = await page_of(self._entries, {}, sort=_OLDEST_FIRST, limit=limit, after=after or None)
        sealed = await self._seals.of([entry["_id"] for entry in found])
        unsealed = [entry for entry in found if entry["_id"] not in sealed]
        findings = tuple(
            Finding(fault, None, entry["_id"])
            for entry in unsealed
            if (fault := self._of_unsealed(entry, head, now)) is not None
        )
        following = (
            _ENTRIES + cursor_at(found[-1], _OLDEST_FIRST, of=self._entries.name) if len(found) == limit else None
        )
        return Verified(0, len(found), findings, following)

    def _of_unsealed(self, entry: Document, head: Seal | None, now: datetime) -> Fault | None:
        too_late = head is not None and entry["at"] <= head.through - LATE
        if too_late or not self._trail.is_genuine(entry):
            return Fault.INSERTED
        return Fault.UNSEALED if now - entry["at"] > SEALED_WITHIN else None


def _number_in(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise CursorBroken
    return int(cursor)


def _shown(entry: Document, seal: Seal | None) -> Entry:
    return Entry(
        id=entry["_id"],
        at=entry["at"],
        outcome=Outcome(entry["outcome"]),
        actor=entry["actor"],
        roles=entry["roles"],
        action=entry["action"],
        touched=entry["touched"],
        cause=entry["cause"],
        seal=None if seal is None else seal.number,
    )
