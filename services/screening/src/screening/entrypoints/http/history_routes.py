"""What becomes known of a patient: conditions, medications, earlier antidepressants, evidence. After a clearance the
rules run again.
"""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, answer
from careflow_service.http.fields import Day, Moment
from careflow_service.results import Added
from careflow_service.work import Committed
from screening.application.commands.add_medication import AddMedication
from screening.application.commands.identify_medication import IdentifyMedication
from screening.application.commands.reclassify_fact import ReclassifyFact
from screening.application.commands.record_evidence import RecordEvidence
from screening.application.commands.record_facts import RecordFacts, ToldFact
from screening.application.commands.record_trial import RecordTrial
from screening.application.commands.stop_medication import StopMedication
from screening.application.commands.void_evidence import VoidEvidence
from screening.application.commands.void_medication import VoidMedication
from screening.application.commands.void_trial import VoidTrial
from screening.domain.conditions import ConditionCode
from screening.domain.evidence import EvidenceKind, EvidenceResult
from screening.domain.history import ConditionStatus
from screening.domain.ids import CaseId, ClinicalFactId, EvidenceId, MedicationId, TrialId
from screening.domain.measures import Measure
from screening.entrypoints.http.schemas import App, CaseChanged, Line, Note, case_changed

router = APIRouter(tags=["history"])


class Told(RequestBody):
    """A condition the patient has, had or does not have; `ruled_out` says that it was asked and is not so."""

    condition: ConditionCode
    status: ConditionStatus
    occurred_on: Day | None = None
    detail: Line | None = None

    def told(self) -> ToldFact:
        return ToldFact(self.condition, self.status, self.occurred_on, self.detail or "")


class NewFact(Told):
    """`signed`: a prescriber's reason why treatment may go on with it; for everybody else it must be absent."""

    signed: Note | None = None


class NewHistory(RequestBody):
    """Many answers at once, such as an intake's; all of them are recorded, or none."""

    facts: Annotated[tuple[Told, ...], Field(min_length=1, max_length=100)]


class Reclassified(RequestBody):
    """What the fact should have said, and why; signed by the prescriber who sends it. `condition` where that was
    wrong, or told in words only.
    """

    condition: ConditionCode | None = None
    status: ConditionStatus
    occurred_on: Day | None = None
    reason: Note


class NewMedication(RequestBody):
    """`name` as the patient knows it, ingredient or trade name."""

    name: Line
    started_on: Day | None = None
    detail: Line | None = None
    signed: Note | None = None


class StoppedMedication(RequestBody):
    """`last_taken_on`: the last day it was taken, as far as whoever says so knows."""

    last_taken_on: Day


class IdentifiedMedication(RequestBody):
    """The ingredients or trade names that are meant, such as one of those the case offers."""

    names: Annotated[tuple[Line, ...], Field(min_length=1, max_length=10)]


class NewTrial(RequestBody):
    """An antidepressant the patient was treated with before: the highest dose of a day, whether that dose was adequate,
    for how many weeks it was taken, and by how many percent the symptoms got better.
    """

    drug: Line
    highest_daily_mg: Annotated[float, Field(gt=0, le=10_000)] | None = None
    adequate_dose: bool
    weeks: Annotated[int, Field(ge=1, le=2_000)]
    response_percent: Annotated[int, Field(ge=0, le=100)]
    stopped_because: Line | None = None


class NewEvidence(RequestBody):
    """`measures` holds exactly the numbers this kind measures, such as `systolic_mmhg` and `diastolic_mmhg`."""

    kind: EvidenceKind
    taken_at: Moment
    result: EvidenceResult
    measures: dict[Measure, Annotated[float, Field(gt=0, lt=100_000)]] = Field(default_factory=dict)
    signed: Note | None = None


class Voided(RequestBody):
    """Why it was wrong."""

    reason: Note


class AddedToCase(BaseModel):
    """What was added, and the case's version now."""

    id: str
    case_id: str
    version: int


class HistoryAdded(BaseModel):
    """What was added, in the order it was sent, and the case's version now."""

    ids: tuple[str, ...]
    case_id: str
    version: int


def _added(committed: Committed[Added]) -> Response:
    added = committed.value
    body = AddedToCase(id=added.added_id, case_id=added.id, version=added.version)
    return answer(committed, body, status=201, version=added.version)


@router.post("/v1/cases/{case_id}/facts", status_code=201, response_model=AddedToCase)
async def record_fact(
    case_id: str, body: NewFact, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """A condition the patient has, had or does not have."""
    committed = await app.record_facts(RecordFacts(CaseId(case_id), (body.told(),), body.signed), actor, request)
    added = committed.value
    view = AddedToCase(id=added.added_ids[0], case_id=added.id, version=added.version)
    return answer(committed, view, status=201, version=added.version)


@router.post("/v1/cases/{case_id}/history", status_code=201, response_model=HistoryAdded)
async def record_history(
    case_id: str, body: NewHistory, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Many conditions at once: what was asked, and what the patient said to each."""
    told = tuple(fact.told() for fact in body.facts)
    committed = await app.record_facts(RecordFacts(CaseId(case_id), told), actor, request)
    added = committed.value
    view = HistoryAdded(ids=added.added_ids, case_id=added.id, version=added.version)
    return answer(committed, view, status=201, version=added.version)


@router.post("/v1/cases/{case_id}/facts/{fact_id}/reclassify", response_model=CaseChanged)
async def reclassify_fact(
    case_id: str, fact_id: str, body: Reclassified, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """A prescriber corrects a fact."""
    command = ReclassifyFact(
        CaseId(case_id), ClinicalFactId(fact_id), body.condition, body.status, body.occurred_on, body.reason
    )
    return case_changed(await app.reclassify_fact(command, actor, request))


@router.post("/v1/cases/{case_id}/medications", status_code=201, response_model=AddedToCase)
async def add_medication(
    case_id: str, body: NewMedication, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Something the patient takes."""
    command = AddMedication(CaseId(case_id), body.name, body.started_on, body.detail or "", body.signed)
    return _added(await app.add_medication(command, actor, request))


@router.post("/v1/cases/{case_id}/medications/{medication_id}/stop", response_model=CaseChanged)
async def stop_medication(
    case_id: str,
    medication_id: str,
    body: StoppedMedication,
    actor: CurrentActor,
    request: IdempotentRequest,
    app: App,
) -> Response:
    """The patient no longer takes it: a report, or with a prescriber its confirmation."""
    command = StopMedication(CaseId(case_id), MedicationId(medication_id), body.last_taken_on)
    return case_changed(await app.stop_medication(command, actor, request))


@router.post("/v1/cases/{case_id}/medications/{medication_id}/identify", response_model=CaseChanged)
async def identify_medication(
    case_id: str,
    medication_id: str,
    body: IdentifiedMedication,
    actor: CurrentActor,
    request: IdempotentRequest,
    app: App,
) -> Response:
    """Say what a name nobody knew means."""
    command = IdentifyMedication(CaseId(case_id), MedicationId(medication_id), body.names)
    return case_changed(await app.identify_medication(command, actor, request))


@router.post("/v1/cases/{case_id}/evidence", status_code=201, response_model=AddedToCase)
async def record_evidence(
    case_id: str, body: NewEvidence, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """A test, reading or report; the policy says how long it counts."""
    command = RecordEvidence(CaseId(case_id), body.kind, body.taken_at, body.result, body.measures, body.signed)
    return _added(await app.record_evidence(command, actor, request))


@router.post("/v1/cases/{case_id}/medications/{medication_id}/void", response_model=CaseChanged)
async def void_medication(
    case_id: str, medication_id: str, body: Voided, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """It was never taken: recorded wrongly."""
    command = VoidMedication(CaseId(case_id), MedicationId(medication_id), body.reason)
    return case_changed(await app.void_medication(command, actor, request))


@router.post("/v1/cases/{case_id}/evidence/{evidence_id}/void", response_model=CaseChanged)
async def void_evidence(
    case_id: str, evidence_id: str, body: Voided, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """It was recorded wrongly; it stays on record and no longer counts."""
    command = VoidEvidence(CaseId(case_id), EvidenceId(evidence_id), body.reason)
    return case_changed(await app.void_evidence(command, actor, request))


@router.post("/v1/cases/{case_id}/trials", status_code=201, response_model=AddedToCase)
async def record_trial(
    case_id: str, body: NewTrial, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """An antidepressant the patient was treated with before; the findings say what the trials show together."""
    command = RecordTrial(
        case_id=CaseId(case_id),
        drug=body.drug,
        highest_daily_mg=body.highest_daily_mg,
        adequate_dose=body.adequate_dose,
        weeks=body.weeks,
        response_percent=body.response_percent,
        stopped_because=body.stopped_because or "",
    )
    return _added(await app.record_trial(command, actor, request))


@router.post("/v1/cases/{case_id}/trials/{trial_id}/void", response_model=CaseChanged)
async def void_trial(
    case_id: str, trial_id: str, body: Voided, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """It was recorded wrongly; it stays on record and no longer counts."""
    command = VoidTrial(CaseId(case_id), TrialId(trial_id), body.reason)
    return case_changed(await app.void_trial(command, actor, request))
