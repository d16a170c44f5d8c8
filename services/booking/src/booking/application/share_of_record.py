"""Booking's share of a patient's record: who they are, their visits, what was written to them and what they asked."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from booking.application.ports import Ports, RecordRequests
from booking.domain.erasures import Party
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_parts import Export
from booking.domain.record_parts import RecordPart as AskedPart
from booking.domain.record_requests import RecordRequest
from careflow_domain.aggregate import Aggregate
from careflow_domain.disclosures import Disclosure, RecordPart
from careflow_domain.errors import not_found
from careflow_domain.wanted_shares import WantedShare
from careflow_service.disclosing.records import Held, Piece, ShareOfRecord, everything
from careflow_service.identity import Role
from careflow_service.listed import Listed
from careflow_service.work import Transaction

NOTICE: Final = (
    "What people wrote in their own words was not sorted, and names of others may be in it: read it before this copy "
    "is handed on."
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is waited for of booking's own share, as the requests themselves say. See `WantedShares`."""

    requests: RecordRequests

    async def find(self, request_id: str, /, *, of: str | None) -> WantedShare | None:
        asked = await self.requests.find(RecordRequestId(request_id), of=PatientId(of) if of else None)
        return None if asked is None else _wanted_of(asked)

    async def waiting(self, limit: int, after: str | None) -> Listed[WantedShare]:
        found = await self.requests.under_way(limit, after)
        return Listed(tuple(each for each in map(_wanted_of, found.items) if each.open), found.next)


def _wanted_of(asked: RecordRequest) -> WantedShare:
    mine = (AskedPart.ORDINARY, Party.BOOKING)
    given = any((each.part, each.party) == mine for each in asked.exports)
    return WantedShare(
        id=asked.id,
        patient_id=asked.patient_id,
        due_on=asked.due_on,
        parts=(RecordPart.GENERAL,) if mine in asked.waits_for else (),
        given=(RecordPart.GENERAL,) if given else (),
    )


def share_of_record(ports: Ports) -> ShareOfRecord:
    """What booking holds of a record, and how it is handed out. What answers a request for the record settles booking's
    own share of it with the same commit; refused: `record_request_not_found`, also for another patient's.
    """

    kinds: Mapping[str, Held[Aggregate]] = {
        "patient": ports.patients,
        "contact_consents": ports.consents,
        "care_path": ports.care_paths,
        "visit": ports.appointments,
        "waitlist_entry": ports.waitlist,
        "inquiry": ports.inquiries,
        "message": ports.messages,
        "record_request": ports.record_requests,
    }

    async def absorbed(patient_id: str) -> Sequence[str]:
        return (await ports.patients.get(PatientId(patient_id))).absorbed

    async def knows(patient_id: str) -> bool:
        return bool(await ports.patients.several([PatientId(patient_id)]))

    async def answered(disclosure: Disclosure, record_request_id: str, tx: Transaction) -> None:
        patient_id = PatientId(disclosure.patient_id)
        before = await ports.record_requests.find(RecordRequestId(record_request_id), of=patient_id)
        if before is None or before.patient_id != patient_id:
            raise not_found("record_request")
        share = Export(
            party=Party.BOOKING,
            part=AskedPart.ORDINARY,
            reference=disclosure.id,
            by=disclosure.made_by,
            at=disclosure.made_at,
        )
        after = before.exported(share)
        if after is not before:
            await ports.record_requests.save(after, expecting=before.version, tx=tx)

    def pieces(disclosure: Disclosure) -> AsyncIterator[Piece]:
        return everything(disclosure.patient_id, kinds)

    return ShareOfRecord(
        service="booking",
        disclosures=ports.disclosures,
        wanted=_Wanted(ports.record_requests),
        absorbed=absorbed,
        parts={RecordPart.GENERAL: frozenset({Role.COORDINATOR, Role.MEDICAL_DIRECTOR})},
        knows=knows,
        pieces=pieces,
        notice=lambda _: NOTICE,
        copied_within=ports.policy.record_copies.copied_within,
        answered=answered,
    )
