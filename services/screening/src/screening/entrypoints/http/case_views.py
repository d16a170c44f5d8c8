"""A case as it is shown: how far it has come to the whole team, what is in it to clinicians and the patient."""

from datetime import date, datetime

from pydantic import BaseModel

from careflow_service.identity import Actor, Role
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.clearance_terms import Indication
from screening.domain.conditions import ConditionCode
from screening.domain.evaluation import EvaluationPart
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult
from screening.domain.history import ConditionStatus, InformationSource
from screening.domain.intake import Purpose, RequestedQuestionnaire
from screening.domain.interactions import InteractionTable
from screening.domain.measures import Measure
from screening.domain.medications import Medication
from screening.domain.questionnaires import AlertLevel
from screening.domain.shelf import QuestionnaireShelf
from screening.domain.validity import Stage
from screening.entrypoints.http.schemas import View

SEES_CLINICAL = (
    Role.PRESCRIBER,
    Role.THERAPIST,
    Role.NURSE,
    Role.MEDICAL_DIRECTOR,
    Role.PATIENT,
    Role.EMERGENCY,
)


class RequestView(View):
    """A questionnaire that was asked for, without its name: that alone can say too much."""

    id: str
    purpose: Purpose
    due_at: datetime
    completed_at: datetime | None
    withdrawn_at: datetime | None


class ScoreView(View):
    total: int | None
    band: str | None
    level: AlertLevel | None
    clusters: tuple[str, ...] | None


class ResponseView(View):
    request_id: str
    questionnaire: str
    definition_version: int
    answers: dict[str, str]
    missing: tuple[str, ...]
    score: ScoreView | None


class FactView(View):
    id: str
    condition: ConditionCode
    status: ConditionStatus
    occurred_on: date | None
    detail: str
    source: InformationSource
    recorded_at: datetime


class VoidingView(View):
    by: str
    at: datetime
    reason: str


class StopView(View):
    """A report, or with `confirmed_by` what a prescriber knows."""

    last_taken_on: date
    at: datetime
    confirmed_by: str | None


class MedicationView(BaseModel):
    """`unknown` are the words of its name nobody knows yet, `offered` the names they come near to."""

    id: str
    ingredient: str
    started_on: date | None
    stop: StopView | None
    unknown: tuple[str, ...]
    offered: tuple[str, ...]
    detail: str
    voided: VoidingView | None


class TrialView(View):
    """An antidepressant the patient was treated with before."""

    id: str
    drug: str
    highest_daily_mg: float | None
    adequate_dose: bool
    weeks: int
    response_percent: int
    stopped_because: str
    voided: VoidingView | None


class EvidenceView(BaseModel):
    """`valid_until` is until when it counts as the course stands, `valid_in_course_until` once a dose was given."""

    id: str
    kind: EvidenceKind
    taken_at: datetime
    valid_until: datetime
    valid_in_course_until: datetime
    result: EvidenceResult
    measures: dict[Measure, float]
    voided: VoidingView | None


class PartView(View):
    part: EvaluationPart
    favourable: bool
    summary: str


class EvaluationView(View):
    id: str
    appointment_id: str
    provider_id: str
    started_at: datetime
    ended_at: datetime
    parts: tuple[PartView, ...]


class ClinicalView(BaseModel):
    """`diagnoses` is the newest list, most relevant first."""

    indications: tuple[Indication, ...]
    responses: tuple[ResponseView, ...]
    facts: tuple[FactView, ...]
    medications: tuple[MedicationView, ...]
    trials: tuple[TrialView, ...]
    evidence: tuple[EvidenceView, ...]
    evaluations: tuple[EvaluationView, ...]
    diagnoses: tuple[str, ...]


class CaseView(BaseModel):
    """`clinical` is absent for those who may only know how far the case has come. `notice`, in an emergency, says what
    else is left out.
    """

    id: str
    patient_id: str
    version: int
    state: CaseState
    opened_at: datetime
    submitted_at: datetime | None
    clearance_id: str | None
    requests: tuple[RequestView, ...]
    clinical: ClinicalView | None
    notice: str | None


def case_view(case: Case, actor: Actor, ports: Ports) -> CaseView:
    """The case as this actor may see it."""
    return CaseView(
        id=case.id,
        patient_id=case.patient_id,
        version=case.version,
        state=case.state,
        opened_at=case.opened_at,
        submitted_at=case.submitted_at,
        clearance_id=case.clearance_id,
        requests=tuple(RequestView.model_validate(each) for each in case.questionnaires),
        clinical=_clinical(case, ports) if actor.has(*SEES_CLINICAL) else None,
        notice=ports.policy.substance_use.unsorted if actor.has(Role.EMERGENCY) else None,
    )


def _clinical(case: Case, ports: Ports) -> ClinicalView:
    return ClinicalView(
        indications=case.indications,
        responses=tuple(_response(each, ports.shelf) for each in case.questionnaires),
        facts=tuple(FactView.model_validate(each) for each in case.history),
        medications=tuple(_medication(each, ports.policy.interactions) for each in case.medications),
        trials=tuple(TrialView.model_validate(each) for each in case.trials),
        evidence=tuple(_evidence(each, case.stage) for each in case.evidence),
        evaluations=tuple(EvaluationView.model_validate(each) for each in case.evaluations),
        diagnoses=case.diagnoses[-1].codes if case.diagnoses else (),
    )


def _evidence(evidence: Evidence, stage: Stage) -> EvidenceView:
    return EvidenceView(
        id=evidence.id,
        kind=evidence.kind,
        taken_at=evidence.taken_at,
        valid_until=evidence.ends.at(stage),
        valid_in_course_until=evidence.ends.in_course,
        result=evidence.result,
        measures=dict(evidence.measures),
        voided=VoidingView.model_validate(evidence.voided) if evidence.voided else None,
    )


def _medication(medication: Medication, table: InteractionTable) -> MedicationView:
    return MedicationView(
        id=medication.id,
        ingredient=medication.ingredient,
        started_on=medication.started_on,
        stop=StopView.model_validate(medication.stop) if medication.stop else None,
        unknown=table.unknown(medication),
        offered=table.offered(medication),
        detail=medication.detail,
        voided=VoidingView.model_validate(medication.voided) if medication.voided else None,
    )


def _response(request: RequestedQuestionnaire, shelf: QuestionnaireShelf) -> ResponseView:
    definition = shelf.version(request.questionnaire, request.definition_version)
    score = request.score(definition)
    return ResponseView(
        request_id=request.id,
        questionnaire=request.questionnaire,
        definition_version=request.definition_version,
        answers=dict(request.answers),
        missing=definition.missing(request.answers),
        score=ScoreView.model_validate(score) if score else None,
    )
