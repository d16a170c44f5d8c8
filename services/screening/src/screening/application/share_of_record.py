"""Screening's share of a patient's record, in two parts: what is about substance use, and everything else."""

from collections.abc import AsyncIterator
from typing import Any, Final

from pydantic import TypeAdapter

from careflow_domain.aggregate import Aggregate
from careflow_domain.disclosures import Disclosure, RecordPart
from careflow_service.disclosing.records import Piece, ShareOfRecord
from careflow_service.identity import Role
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.disclosures import RecordDisclosed
from screening.domain.ids import ConsentId, DisclosureId, PatientId, RecordRequestId, StaffId
from screening.domain.policy import ClinicalPolicy
from screening.domain.substance_use import Partition

HANDS_OUT: Final = frozenset({Role.PRESCRIBER, Role.MEDICAL_DIRECTOR})


def partition_of(part: RecordPart, policy: ClinicalPolicy) -> Partition:
    """What tells this part of a record from the rest."""
    return Partition(part, policy.substance_use, policy.interactions.ingredients_of)


def share_of_record(ports: Ports) -> ShareOfRecord:
    """What screening holds of a record, and how it is handed out."""

    async def knows(patient_id: str) -> bool:
        whose = PatientId(patient_id)
        return bool(await ports.cases.latest_of(whose) or await ports.patients.find(whose, of=whose))

    def shown(piece: Aggregate, body: dict[str, Any]) -> None:
        if not isinstance(piece, Case):
            return
        for asked, said in zip(piece.questionnaires, body["questionnaires"], strict=True):
            definition = ports.shelf.version(asked.questionnaire, asked.definition_version)
            score = asked.score(definition)
            said["title"] = definition.title
            said["score"] = TypeAdapter(type(score)).dump_python(score, mode="json") if score else None

    return ShareOfRecord(
        service="screening",
        disclosures=ports.disclosures,
        wanted=ports.wanted_shares,
        kept=ports.wanted_shares,
        parts={RecordPart.GENERAL: HANDS_OUT, RecordPart.SUBSTANCE_USE: HANDS_OUT},
        knows=knows,
        pieces=lambda disclosure: _pieces(disclosure, ports),
        notice=lambda part: partition_of(part, ports.policy).notice,
        copied_within=ports.policy.disclosures.copied_within.length,
        answered=_answered,
        consent=lambda consent_id: ports.consents.get(ConsentId(consent_id)),
        shown=shown,
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
    """Cases come first: they tell what of the rest is about substance use."""
    patient_id, partition = PatientId(disclosure.patient_id), partition_of(disclosure.part, ports.policy)
    patient = await ports.patients.find(patient_id, of=None)
    if patient is not None and partition.part is RecordPart.GENERAL:
        yield "patient", patient
    async for case in ports.cases.every_of(patient_id):
        partition = partition.having_seen(case)
        yield "case", partition.case(case)
    async for clearance in ports.clearances.every_of(patient_id):
        if (cleared := partition.clearance(clearance)) is not None:
            yield "clearance", cleared
    async for alert in ports.alerts.every_of(patient_id):
        if (alarmed := partition.alert(alert)) is not None:
            yield "alert", alarmed
    if partition.part is RecordPart.SUBSTANCE_USE:
        async for consent in ports.consents.every_of(patient_id):
            yield "consent", consent
