"""The clinic of the tests: Monday 23 November 2026, nine in the morning in Mill Valley. Every builder gives a whole,
valid thing; a test changes only what it is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from screening.adapters.clinic_data import clinical_policy, questionnaires
from screening.domain.alert_urgency import Positive, urgency
from screening.domain.alerts import AlertSource, SafetyAlert
from screening.domain.case import Case
from screening.domain.conditions import ConditionCode
from screening.domain.evaluation import Evaluation, EvaluationPart, PartRecord
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult
from screening.domain.history import (
    ClinicalFact,
    ConditionStatus,
    InformationSource,
)
from screening.domain.ids import (
    AlertId,
    AppointmentId,
    CaseId,
    ClinicalFactId,
    EvaluationId,
    EvidenceId,
    MedicationId,
    PatientId,
    RequestId,
    StaffId,
    TrialId,
)
from screening.domain.intake import Purpose
from screening.domain.known import Known
from screening.domain.measures import Measure
from screening.domain.medications import Medication, as_written
from screening.domain.patients import PatientDetails
from screening.domain.questionnaires import AlertLevel, AlertResponse, QuestionnaireDefinition
from screening.domain.rota import Channel, ChannelKind, Responder, Rota, Shift
from screening.domain.trials import AntidepressantTrial

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)
POLICY = clinical_policy()
SHELF = questionnaires()
PHQ_9 = SHELF.newest("phq-9")
GAD_7 = SHELF.newest("gad-7")
PCL_5 = SHELF.newest("pcl-5")
AUDIT_C = SHELF.newest("audit-c")
DAST_10 = SHELF.newest("dast-10")
PEG = SHELF.newest("peg")
C_SSRS = SHELF.newest("c-ssrs-screener")
SINCE_LAST_CONTACT = SHELF.newest("c-ssrs-since-last-contact")

_numbers = count(1)


def new_uuid() -> str:
    """Another id each time, shaped like a real one."""
    return str(UUID(int=0x0199E0A0_0000_7000_8000_000000000000 + next(_numbers)))


ANA = PatientId("0199e0a0-0000-7000-8000-0000000000a1")
THIRTY = PatientDetails(born_on=date(1996, 5, 17), state="CA")
PRESCRIBER = StaffId("staff-prescriber")
NURSE = StaffId("staff-nurse")
DIRECTOR = StaffId("staff-director")


def days(number: float) -> timedelta:
    return timedelta(days=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def answers(definition: QuestionnaireDefinition, values: Iterable[int]) -> dict[str, str]:
    """Answers to the scored items, in order."""
    scored = [item.code for item in definition.items if item.scored]
    return {code: str(value) for code, value in zip(scored, values, strict=True)}


def phq_9(total: int, *, item_9: int = 0) -> dict[str, str]:
    """Complete PHQ-9 answers with this total."""
    rest, values = total - item_9, []
    for _ in range(8):
        values.append(min(3, rest))
        rest -= values[-1]
    assert rest == 0, "no such answers"
    return answers(PHQ_9, [*values, item_9])


def gad_7(total: int) -> dict[str, str]:
    """Complete GAD-7 answers with this total."""
    return answers(GAD_7, [min(3, max(0, total - 3 * position)) for position in range(7)])


def since_last_contact(*yes: str) -> dict[str, str]:
    """A complete screener of somebody who was asked before: yes to these items, no to every other that is asked."""
    asked = SINCE_LAST_CONTACT.asked(dict.fromkeys(yes, "yes"))
    return {item.code: "yes" if item.code in yes else "no" for item in asked}


def c_ssrs(*yes: str) -> dict[str, str]:
    """A complete screener: yes to these items, no to every other that is asked."""
    given = {item.code: "yes" if item.code in yes else "no" for item in C_SSRS.items}
    if "2" not in yes:
        given = {code: option for code, option in given.items() if code not in ("3", "4", "5")}
    if "6_lifetime" not in yes:
        del given["6_recent"]
    return given


def known(
    *facts: ClinicalFact,
    taking: Iterable[Medication] = (),
    with_evidence: Iterable[Evidence] = (),
    patient: PatientDetails = THIRTY,
) -> Known:
    """What the rules look at, of an adult Californian unless said otherwise."""
    return Known(facts=facts, medications=tuple(taking), evidence=tuple(with_evidence), patient=patient)


def fact(
    condition: ConditionCode,
    status: ConditionStatus = ConditionStatus.ACTIVE,
    *,
    occurred_on: date | None = None,
    detail: str = "",
    source: InformationSource = InformationSource.PATIENT,
) -> ClinicalFact:
    return ClinicalFact(
        id=ClinicalFactId(new_uuid()),
        condition=condition,
        status=status,
        source=source,
        recorded_at=NOW,
        recorded_by="patient",
        occurred_on=occurred_on,
        detail=detail,
    )


def nothing_in_the_history() -> tuple[ClinicalFact, ...]:
    """Everything was asked, and nothing is so; the nurse saw two identifiers."""
    asked = [code for code in ConditionCode if code not in POLICY.asked.unprompted]
    return tuple(fact(code, ConditionStatus.RULED_OUT, source=InformationSource.CLINICIAN) for code in asked)


def medication(name: str) -> Medication:
    return Medication(
        id=MedicationId(new_uuid()),
        ingredient=as_written(name),
        source=InformationSource.PATIENT,
        recorded_at=NOW,
        recorded_by="patient",
    )


def trial(drug: str, *, adequate_dose: bool = True, weeks: int = 8, response_percent: int = 20) -> AntidepressantTrial:
    """An antidepressant that was taken long enough at an adequate dose and did not help."""
    return AntidepressantTrial(
        id=TrialId(new_uuid()),
        drug=as_written(drug),
        adequate_dose=adequate_dose,
        weeks=weeks,
        response_percent=response_percent,
        recorded_at=NOW,
        recorded_by=PRESCRIBER,
    )


def evidence(
    kind: EvidenceKind,
    result: EvidenceResult = EvidenceResult.IN_RANGE,
    measures: Mapping[Measure, float] | None = None,
    *,
    taken_at: datetime = NOW - days(1),
) -> Evidence:
    rule = POLICY.evidence_rule(kind)
    return Evidence(
        id=EvidenceId(new_uuid()),
        kind=kind,
        category=rule.category,
        taken_at=taken_at,
        ends=rule.ends(taken_at, result),
        recorded_at=max(taken_at, NOW),
        recorded_by=NURSE,
        result=result,
        measures=measures or {},
    )


def blood_pressure(systolic: float, diastolic: float, *, taken_at: datetime = NOW - minutes(10)) -> Evidence:
    measures = {Measure.SYSTOLIC_MMHG: systolic, Measure.DIASTOLIC_MMHG: diastolic}
    return evidence(EvidenceKind.BLOOD_PRESSURE, measures=measures, taken_at=taken_at)


def liver_panel(alt: float, ast: float, *, taken_at: datetime = NOW - days(1)) -> Evidence:
    measures = {Measure.ALT_TIMES_ULN: alt, Measure.AST_TIMES_ULN: ast}
    return evidence(EvidenceKind.LIVER_PANEL, measures=measures, taken_at=taken_at)


def usual_evidence() -> tuple[Evidence, ...]:
    """What everybody needs, all of it in range."""
    return (
        evidence(EvidenceKind.LAB_PANEL),
        liver_panel(0.6, 0.7),
        evidence(EvidenceKind.CURES_REPORT),
        blood_pressure(128, 82, taken_at=NOW - minutes(20)),
        blood_pressure(126, 80),
    )


def evaluation(*parts: EvaluationPart, ended_at: datetime = NOW - minutes(5), favourable: bool = True) -> Evaluation:
    """An evaluation of these parts; without any named, of all four."""
    return Evaluation(
        id=EvaluationId(new_uuid()),
        appointment_id=AppointmentId(new_uuid()),
        provider_id=PRESCRIBER,
        started_at=ended_at - minutes(60),
        ended_at=ended_at,
        parts=tuple(
            PartRecord(part=part, favourable=favourable, summary="recorded") for part in parts or tuple(EvaluationPart)
        ),
    )


def opened_case() -> Case:
    """A case as ConsultationCompleted opens it: the intake questionnaires asked for, nothing answered."""
    case = Case.opened(CaseId(new_uuid()), ANA, now=NOW)
    for code in POLICY.intake.questionnaires:
        case = case.requesting(
            RequestId(new_uuid()),
            SHELF.newest(code),
            Purpose.INTAKE,
            due_within=POLICY.intake.due_within.length,
            now=NOW,
        )
    return case


def submitted_case() -> Case:
    """A case with a quiet intake: moderate scores, no safety concern, nothing in the history."""
    case = opened_case()
    given = {"phq-9": phq_9(17), "gad-7": gad_7(12), "c-ssrs-screener": c_ssrs()}
    for request in case.questionnaires:
        definition = SHELF.newest(request.questionnaire)
        case, _ = case.answered(request.id, definition, definition.version, given[request.questionnaire])
        case = case.completed(request.id, definition, now=NOW)
    return case.with_facts(*nothing_in_the_history()).submitted(now=NOW)


def ready_case() -> Case:
    """A submitted case with everything a clearance needs."""
    case = submitted_case().with_medication(medication("Sertraline"))
    for each in usual_evidence():
        case = case.with_evidence(each)
    return case.evaluated(evaluation(), now=NOW)


def positive(level: AlertLevel, response: AlertResponse, code: str = "staff_report") -> Positive:
    return Positive(code=code, level=level, response=response, said_at=NOW)


CRISIS = positive(AlertLevel.HIGH, AlertResponse.CRISIS_PAGE, "phq9_item9_often")
WITHIN_THE_HOUR = positive(AlertLevel.MODERATE, AlertResponse.CLINICIAN_WITHIN_THE_HOUR, "cssrs_method")
IN_SITTING = positive(AlertLevel.MODERATE, AlertResponse.SCREENER_IN_SITTING, "phq9_item9_some")
BEFORE_NEXT_STEP = positive(AlertLevel.LOW, AlertResponse.REVIEW_BEFORE_NEXT_STEP, "cssrs_wish_to_be_dead")


def raised(first: Positive, *, now: datetime = NOW) -> SafetyAlert:
    """A new alert, nobody asked yet."""
    asks = urgency(POLICY.alert_responses[first.response], POLICY.clinic_hours, ZONE, now)
    return SafetyAlert.raised(
        AlertId(new_uuid()), ANA, CaseId(new_uuid()), first, asks, source=AlertSource.ANSWER, now=now
    )


def joined(alert: SafetyAlert, another: Positive, *, now: datetime = NOW) -> SafetyAlert:
    asks = urgency(POLICY.alert_responses[another.response], POLICY.clinic_hours, ZONE, now)
    return alert.joined(replace(another, said_at=now), asks, POLICY.alert_persistence, now=now)


def responder(person: StaffId) -> Responder:
    return Responder(
        id=person,
        channels=(
            Channel(kind=ChannelKind.SMS, address=f"+1415555{len(person):04d}"),
            Channel(kind=ChannelKind.PUSH, address=f"device-of-{person}"),
        ),
    )


def rota(*shifts: Shift, empty: bool = False) -> Rota:
    """The nurse on call, the prescriber behind her, the director last; for the whole week unless shifts are named."""
    whole_week = Shift(
        starts_at=NOW - days(1),
        ends_at=NOW + days(6),
        on_call=NURSE,
        backup=PRESCRIBER,
    )
    return Rota.drawn_up(
        responders=tuple(responder(person) for person in (NURSE, PRESCRIBER, DIRECTOR)),
        shifts=shifts if shifts or empty else (whole_week,),
        medical_director=DIRECTOR,
        prescribers=(PRESCRIBER, DIRECTOR),
        reachable_by=frozenset(ChannelKind),
        now=NOW,
    )


def without_facts(case: Case) -> Case:
    """As loaded from the store: nothing recorded yet."""
    return replace(case, facts=())
