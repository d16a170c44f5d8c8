"""The share of sessions in a patient's record: the treatment as it is on record; psychotherapy notes go apart."""

from collections.abc import AsyncIterator
from typing import Final

from careflow_domain.disclosures import Disclosure, RecordPart
from careflow_service.disclosing.records import Piece, ShareOfRecord, everything
from careflow_service.identity import Role
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.disclosures import RecordDisclosed
from sessions.domain.ids import DisclosureId, PatientId, RecordRequestId, StaffId

NOTICES: Final = {
    RecordPart.GENERAL: "Psychotherapy notes and drafts of notes are not in this copy, whether or not there are any. "
    "What people said or wrote about the use of substances was not sorted: read it before this copy is handed on.",
    RecordPart.PSYCHOTHERAPY_NOTES: "Psychotherapy notes of the author who made this copy, and of nobody else. They "
    "are given by an authorisation of their own, or by law (45 CFR 164.508(a)(2)).",
}


def share_of_record(ports: Ports) -> ShareOfRecord:
    """What sessions holds of a record, and how it is handed out. Psychotherapy notes are handed out by their author."""

    async def knows(patient_id: str) -> bool:
        return await ports.patients.find(PatientId(patient_id), of=PatientId(patient_id)) is not None

    return ShareOfRecord(
        service="sessions",
        disclosures=ports.disclosures,
        wanted=ports.wanted_shares,
        kept=ports.wanted_shares,
        parts={
            RecordPart.GENERAL: frozenset({Role.PRESCRIBER, Role.MEDICAL_DIRECTOR}),
            RecordPart.PSYCHOTHERAPY_NOTES: frozenset({Role.THERAPIST, Role.PRESCRIBER}),
        },
        knows=knows,
        pieces=lambda disclosure: _pieces(disclosure, ports),
        absorbed=lambda patient_id: ports.patients.given_up_for(PatientId(patient_id)),
        notice=NOTICES.__getitem__,
        copied_within=ports.policy.record_copies.copied_within,
        answered=_answered,
    )


async def _answered(disclosure: Disclosure, record_request_id: str, tx: Transaction) -> None:
    fact = RecordDisclosed(
        patient_id=PatientId(disclosure.patient_id),
        record_request_id=RecordRequestId(record_request_id),
        disclosure_id=DisclosureId(disclosure.id),
        part=disclosure.part,
        by=StaffId(disclosure.made_by),
        at=disclosure.made_at,
    )
    tx.record([fact])


async def _pieces(disclosure: Disclosure, ports: Ports) -> AsyncIterator[Piece]:
    if disclosure.part is RecordPart.PSYCHOTHERAPY_NOTES:
        async for kept in ports.psychotherapy_notes.every_of(disclosure.patient_id):
            if kept.author == disclosure.made_by:
                yield "psychotherapy_note", kept
        return
    before_notes = {
        "patient": ports.patients,
        "consent": ports.consents,
        "plan": ports.plans,
        "plan_task": ports.plan_tasks,
        "session": ports.sessions,
        "medicines": ports.medication,
        "adverse_event": ports.adverse_events,
        "rems_form": ports.rems_forms,
        "follow_up_contact": ports.contacts,
        "outreach": ports.outreaches,
        "package": ports.packages,
    }
    async for piece in everything(disclosure.patient_id, before_notes):
        yield piece
    async for note in ports.notes.every_of(disclosure.patient_id):
        if note.signed_at is not None:
            yield "note", note
    async for discharge in ports.care_discharges.every_of(disclosure.patient_id):
        yield "discharge_from_care", discharge
