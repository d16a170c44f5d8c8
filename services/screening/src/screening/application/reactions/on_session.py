"""What a treatment session found out that bears on the clearance."""

from collections.abc import Collection, Mapping
from typing import Final

from careflow_events.contracts import ClinicalFactForScreening, ClinicalFactReported, SessionRefused
from careflow_events.contracts.session_codes import FactSource, ReportedFact
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.commands.raise_alert import RESPONSE_TO
from screening.application.concerns import concern, settle
from screening.application.ports import Ports
from screening.application.reviewing import review
from screening.application.staff_tasks import open_task
from screening.application.suspending import suspend
from screening.domain.alert_urgency import Positive
from screening.domain.alerts import AlertSource
from screening.domain.case import Case
from screening.domain.conditions import ConditionCode
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult
from screening.domain.history import ClinicalFact, ConditionStatus, InformationSource
from screening.domain.ids import ClinicalFactId, EvidenceId, PatientId
from screening.domain.questionnaires import AlertLevel
from screening.domain.tasks import TaskKind

NOT_MEASURED = "vital_signs_complete"
PRESSURE_OF_A_PAIR = frozenset({"blood_pressure_in_range", "blood_pressure_accepted"})
PRESSURE_OF_THE_NEWEST = "blood_pressure_safe"
"""The items of a dose gate about the blood pressure. A pair of readings fails the first two, nothing else does; the
last one fails also where nobody has measured.
"""


_CONDITIONS: Final[Mapping[ReportedFact, ConditionCode]] = {
    ReportedFact.PREGNANCY: ConditionCode.PREGNANCY,
    ReportedFact.DRUG_ALLERGY: ConditionCode.HYPERSENSITIVITY_TO_KETAMINE,
    ReportedFact.MEDICINE_ALLERGY: ConditionCode.DRUG_ALLERGY,
}
"""What is reported of a session becomes part of the history: the drug of the plan is ketamine in one of its forms."""


async def on_clinical_fact_reported(event: Received[ClinicalFactReported], tx: Transaction, ports: Ports) -> None:
    """The rules look at it at once. Without an open case a person must: nothing is refused, nothing forgotten."""
    section = event.data.for_screening.value if event.data.for_screening else None
    patient_id = PatientId(event.data.patient_id)
    case = await ports.cases.open_of(patient_id)
    if section is not None and section.fact is ReportedFact.SUICIDE_RISK and section.value in set(AlertLevel):
        await _alert(AlertLevel(section.value), event.data.session_id, patient_id, case, tx, ports)
    elif section is None or case is None or section.fact not in _CONDITIONS:
        await _for_a_person(event.data.session_id, patient_id, tx, ports)
    elif section.fact is ReportedFact.PREGNANCY and section.source is FactSource.TEST:
        await _pregnancy_test(event, section, case, tx, ports)
    else:
        await _condition(event, section, case, tx, ports)


async def on_session_refused(event: Received[SessionRefused], tx: Transaction, ports: Ports) -> None:
    """A dose refused for the blood pressure once more within the policy's time suspends the clearance."""
    section = event.data.for_screening.value if event.data.for_screening else None
    if section is None or not _for_the_pressure(section.items):
        return
    before = await ports.cases.open_of(PatientId(event.data.patient_id))
    if before is None or event.data.at in before.pressure_refusals:
        return
    case = before.refused_for_pressure(at=event.data.at)
    rule = ports.policy.pressure_refusals
    recent = [at for at in case.pressure_refusals if at > event.data.at - rule.within.length]
    if len(recent) >= rule.most.value:
        case = await suspend(case, "blood_pressure_refusals", "Doses were refused for the blood pressure.", tx, ports)
    await ports.cases.save(case, expecting=before.version, tx=tx)


def _for_the_pressure(items: Collection[str]) -> bool:
    """Whether a pressure that was measured is among what the dose was refused for."""
    measured_alone = PRESSURE_OF_THE_NEWEST in items and NOT_MEASURED not in items
    return measured_alone or not PRESSURE_OF_A_PAIR.isdisjoint(items)


async def _alert(
    level: AlertLevel, session_id: str, patient_id: PatientId, case: Case | None, tx: Transaction, ports: Ports
) -> None:
    positive = Positive(code="session_report", level=level, response=RESPONSE_TO[level], said_at=tx.now, ref=session_id)
    case_id = case.id if case else None
    concerned = await concern([positive], patient_id, case_id, source=AlertSource.SESSION, tx=tx, ports=ports)
    await settle(concerned, tx, ports)


async def _for_a_person(session_id: str, patient_id: PatientId, tx: Transaction, ports: Ports) -> None:
    within = ports.policy.staff.prescriber_review_within.length
    await open_task(TaskKind.ANOMALY, session_id, patient_id, within=within, tx=tx, ports=ports)


async def _pregnancy_test(
    event: Received[ClinicalFactReported],
    section: ClinicalFactForScreening,
    before: Case,
    tx: Transaction,
    ports: Ports,
) -> None:
    """A test is evidence: a newer one may resolve it."""
    rule = ports.policy.evidence_rule(EvidenceKind.PREGNANCY_TEST)
    positive = section.value == EvidenceResult.POSITIVE.value
    result = EvidenceResult.POSITIVE if positive else EvidenceResult.NEGATIVE
    evidence = Evidence(
        id=EvidenceId(tx.new_id()),
        kind=EvidenceKind.PREGNANCY_TEST,
        category=rule.category,
        taken_at=event.data.at,
        ends=rule.ends(event.data.at, result),
        recorded_at=tx.now,
        recorded_by=f"session:{event.data.session_id}",
        result=result,
    )
    case = before.with_evidence(evidence)
    await ports.cases.save(case, expecting=before.version, tx=tx)
    await review(case, None, tx, ports)


async def _condition(
    event: Received[ClinicalFactReported],
    section: ClinicalFactForScreening,
    before: Case,
    tx: Transaction,
    ports: Ports,
) -> None:
    """It is known from now on; of an allergy to another medicine also what it is to, and the reaction."""
    told = (section.value, section.detail) if section.fact is ReportedFact.MEDICINE_ALLERGY else ()
    fact = ClinicalFact(
        id=ClinicalFactId(tx.new_id()),
        condition=_CONDITIONS[section.fact],
        status=ConditionStatus.ACTIVE,
        source=InformationSource.SESSION,
        recorded_at=tx.now,
        recorded_by=f"session:{event.data.session_id}",
        detail=" - ".join(each for each in told if each),
    )
    case = before.with_facts(fact)
    await ports.cases.save(case, expecting=before.version, tx=tx)
    await review(case, None, tx, ports)
