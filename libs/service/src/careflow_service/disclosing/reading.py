"""A patient's record as it is handed out, and the accounting of what was. Read piece by piece, however long it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from careflow_domain.disclosures import Disclosure, RecordPart
from careflow_domain.errors import not_found
from careflow_domain.wanted_shares import WantedShare
from careflow_service.clock import Clock
from careflow_service.disclosing.records import Consent, Piece, ShareOfRecord
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.oversight import check_own
from careflow_service.work import side_by_side


class ReadAudit(Protocol):
    """Every read of a record leaves an entry."""

    async def read(self, actor: Actor, action: str, *what: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Record:
    """`pieces` are read while they are written; `consent` is what allows it, where that is one."""

    disclosure: Disclosure
    consent: Consent | None
    notice: str
    as_of: datetime
    pieces: AsyncIterator[Piece]


@dataclass(frozen=True, slots=True)
class Records:
    """`named` says what people call a patient, None where that was not said."""

    share: ShareOfRecord
    audit: ReadAudit
    clock: Clock
    named: Callable[[str], Awaitable[str | None]]

    async def record(self, disclosure_id: str, actor: Actor) -> Record:
        """What a disclosure hands out, to whoever recorded it. Who reads is on record before anything is told. Refused:
        `disclosure_not_found`, and as `Disclosure.must_allow_a_copy` and, where it rests on one, as
        `CoversRecord.must_cover_record` now.
        """
        disclosure = await self.share.disclosures.get(disclosure_id)
        if disclosure.made_by != actor.id or not actor.has(*self.share.parts.get(disclosure.part, frozenset())):
            raise not_found("disclosure")
        now = self.clock()
        disclosure.must_allow_a_copy(self.share.copied_within, now=now)
        consent = await self._consent(disclosure)
        if consent is not None:
            consent.must_cover_record(disclosure.recipient, now=now)
        records = await self._records_of(disclosure.patient_id)
        whose = (f"patients/{each}" for each in records)
        await self.audit.read(actor, "read_record", f"disclosures/{disclosure.id}", *whose)
        return Record(disclosure, consent, self.share.notice(disclosure.part), now, self._pieces(disclosure, records))

    async def disclosures(self, patient_id: str, actor: Actor, *, limit: int, after: str | None) -> Listed[Disclosure]:
        """What was handed out of a patient's record, the newest first. Refused: `patient_not_found` for another's."""
        check_own(actor, patient_id, "patient")
        found = await self.share.disclosures.of_patient(patient_id, limit=limit, after=after)
        ids = (f"disclosures/{each.id}" for each in found.items)
        await self.audit.read(actor, "read_disclosures", f"patients/{patient_id}", *ids)
        return found

    async def wanted(self, actor: Actor, *, limit: int, after: str | None) -> Listed[WantedShare]:
        """What is waited for and this actor hands out, what is due first at the top."""
        found = await self.share.wanted.waiting(limit, after)
        mine = {part for part, roles in self.share.parts.items() if actor.has(*roles)}
        shown = tuple(
            replace(each, parts=tuple(part for part in each.parts if part in mine))
            for each in found.items
            if not mine.isdisjoint(each.parts)
        )
        await self.audit.read(actor, "list_wanted_shares", *(f"record_shares/{each.id}" for each in shown))
        return Listed(shown, found.next)

    async def names(self, whose: Iterable[str], actor: Actor) -> Mapping[str, str | None]:
        """What people call these patients, by their ids."""
        ids = tuple(dict.fromkeys(whose))
        if not ids:
            return {}
        await self.audit.read(actor, "read_names", *(f"patients/{each}" for each in ids))
        return dict(zip(ids, await side_by_side(*(self.named(each) for each in ids)), strict=True))

    async def wanted_share(
        self, request_id: str, part: RecordPart, actor: Actor, *, given: bool = False
    ) -> WantedShare:
        """What is waited for by one request, of a part that this actor hands out and that waits, or was `given`.
        Refused: `record_request_not_found`.
        """
        found = await self.share.wanted.find(request_id, of=None)
        may = actor.has(*self.share.parts.get(part, frozenset()))
        if found is None or not may or part not in (*found.parts, *(found.given if given else ())):
            raise not_found("record_request")
        await self.audit.read(actor, "read_wanted_share", f"record_shares/{found.id}", f"patients/{found.patient_id}")
        return found

    async def disclosure(self, disclosure_id: str, actor: Actor) -> Disclosure:
        """One that this actor recorded. Refused: `disclosure_not_found`."""
        found = await self.share.disclosures.get(disclosure_id)
        if found.made_by != actor.id:
            raise not_found("disclosure")
        await self.audit.read(actor, "read_disclosures", f"disclosures/{found.id}", f"patients/{found.patient_id}")
        return found

    async def _records_of(self, patient_id: str) -> Sequence[str]:
        """The patient's own, then those that were merged into it, or into one of them."""
        records = [patient_id]
        for each in records:
            records += [other for other in await self.share.absorbed(each) if other not in records]
        return records

    async def _pieces(self, disclosure: Disclosure, records: Sequence[str]) -> AsyncIterator[Piece]:
        for each in records:
            async for piece in self.share.pieces(replace(disclosure, patient_id=each)):
                yield piece

    async def _consent(self, disclosure: Disclosure) -> Consent | None:
        if disclosure.consent_id is None or self.share.consent is None:
            return None
        return await self.share.consent(disclosure.consent_id)
