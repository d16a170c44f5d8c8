"""Treatment plans: drafting, signing, adjusting, holding and ending."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import Day
from sessions.application.commands.change_plan import ChangePlan, PlanChange
from sessions.application.commands.draft_plan import DraftPlan, RedraftPlan
from sessions.application.commands.review_doses import ReviewDoses
from sessions.application.commands.sign_plan import AdjustPlan, SignPlan
from sessions.domain.doses import Ceiling
from sessions.domain.ids import PatientId, PlanId, StaffId
from sessions.domain.plan_terms import PlannedVisits, PlanTerms
from sessions.domain.plans import Plan, PlanChangeReason, PlanState
from sessions.domain.units import Milligrams, MilligramsPerKilogram
from sessions.domain.words import Modality, Phase, ProviderRole, RoomPurpose, Route, VisitKind
from sessions.entrypoints.http.schemas import AggregateChanged, App, Code, Line, Note, Quantity, Staff, Uuid, changed

router = APIRouter(tags=["plans"])

Lines = Annotated[tuple[Line, ...], Field(max_length=20)]


class Limit(RequestPart):
    """A dose, or the most of it, in milligrams per kilogram, in milligrams, or both."""

    mg_per_kg: Quantity | None = None
    mg: Quantity | None = None

    def ceiling(self) -> Ceiling:
        return Ceiling(
            per_kg=None if self.mg_per_kg is None else MilligramsPerKilogram(self.mg_per_kg),
            total=None if self.mg is None else Milligrams(self.mg),
        )


class Visits(RequestPart):
    kind: VisitKind
    count: Annotated[int, Field(ge=1, le=100)]
    minutes: Annotated[int, Field(ge=10, le=600)]
    modality: Modality = Modality.IN_PERSON
    roles: Annotated[tuple[ProviderRole, ...], Field(min_length=1, max_length=4)]
    rooms: Annotated[tuple[RoomPurpose, ...], Field(max_length=2)] = ()


class Terms(RequestBody):
    """The whole plan as it is to be."""

    phase: Phase
    goals: Lines = ()
    indications: Annotated[tuple[Code, ...], Field(max_length=7)] = ()
    route: Route
    route_reason: Note
    start: Limit
    ceiling: Limit
    visits: Annotated[tuple[Visits, ...], Field(max_length=10)]
    cadence_days: Annotated[int, Field(ge=1, le=365)]
    therapist_id: Staff | None = None
    instruments: Lines = ()
    stop_rules: Lines = ()
    exit_criteria: Lines = ()
    expected_end: Day
    induction_elsewhere: Note | None = None
    maintenance_reason: Note | None = None

    def terms(self) -> PlanTerms:
        return PlanTerms(
            phase=self.phase,
            goals=self.goals,
            indications=self.indications,
            route=self.route,
            route_reason=self.route_reason,
            start=self.start.ceiling(),
            ceiling=self.ceiling.ceiling(),
            visits=tuple(
                PlannedVisits(
                    kind=each.kind,
                    count=each.count,
                    minutes=each.minutes,
                    modality=each.modality,
                    roles=each.roles,
                    rooms=each.rooms,
                )
                for each in self.visits
            ),
            cadence_days=self.cadence_days,
            therapist_id=StaffId(self.therapist_id) if self.therapist_id else None,
            instruments=self.instruments,
            stop_rules=self.stop_rules,
            exit_criteria=self.exit_criteria,
            expected_end=self.expected_end,
            induction_elsewhere=self.induction_elsewhere,
            maintenance_reason=self.maintenance_reason,
        )


class Change(RequestBody):
    reason: PlanChangeReason


class VisitsView(BaseModel):
    kind: VisitKind
    count: int
    minutes: int


class PlanView(BaseModel):
    """`revision` counts the signed versions."""

    id: str
    patient_id: str
    version: int
    revision: int
    state: PlanState
    phase: Phase
    route: Route
    goals: tuple[str, ...]
    visits: tuple[VisitsView, ...]
    cadence_days: int
    therapist_id: str | None
    expected_end: date
    signed_by: str | None
    policy_version: str | None


@router.get("/v1/patients/{patient_id}/plans", response_model=Page[PlanView])
async def list_plans(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """All plans of a patient, the oldest first."""
    plans = await app.reading.plans_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[PlanView](items=[_plan(each) for each in plans.items], next=plans.next))


@router.get("/v1/plans-ending", response_model=Page[PlanView])
async def list_plans_ending(
    actor: CurrentActor, app: App, limit: PageLimit = 200, after: PageCursor = None
) -> Response:
    """Maintenances that end soon, of which nobody has decided how they go on, the soonest first."""
    plans = await app.reading_plan_tasks.ending(actor, limit=limit, after=after)
    return represent(Page[PlanView](items=[_plan(each) for each in plans.items], next=plans.next))


@router.post("/v1/patients/{patient_id}/plans", status_code=201, response_model=AggregateChanged)
async def draft_plan(
    patient_id: Uuid, body: Terms, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down what a prescriber is to sign."""
    committed = await app.draft_plan(DraftPlan(PatientId(patient_id), body.terms()), actor, request)
    return changed(committed, status=201, location=f"/v1/plans/{committed.value.id}")


@router.get("/v1/plans/{plan_id}", response_model=PlanView)
async def read_plan(plan_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One plan."""
    plan = await app.reading.plan(PlanId(plan_id), actor)
    return represent(_plan(plan), version=plan.version)


@router.put("/v1/plans/{plan_id}", response_model=AggregateChanged)
async def redraft_plan(
    plan_id: Uuid,
    body: Terms,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """The draft says something else."""
    command = RedraftPlan(PlanId(plan_id), body.terms(), expected_version)
    return changed(await app.redraft_plan(command, actor, request))


@router.post("/v1/plans/{plan_id}/sign", response_model=AggregateChanged)
async def sign_plan(
    plan_id: Uuid, actor: CurrentActor, request: IdempotentRequest, expected_version: ExpectedVersion, app: App
) -> Response:
    """The draft becomes the plan. Refused with everything that is missing."""
    return changed(await app.sign_plan(SignPlan(PlanId(plan_id), expected_version), actor, request))


@router.post("/v1/plans/{plan_id}/adjust", response_model=AggregateChanged)
async def adjust_plan(
    plan_id: Uuid,
    body: Terms,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign a newer version, also the step into maintenance."""
    command = AdjustPlan(PlanId(plan_id), body.terms(), expected_version)
    return changed(await app.adjust_plan(command, actor, request))


@router.post("/v1/plans/{plan_id}/{change}", response_model=AggregateChanged)
async def change_plan(
    plan_id: Uuid,
    change: PlanChange,
    body: Change,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Hold, resume, complete or discontinue it."""
    command = ChangePlan(PlanId(plan_id), change, body.reason, expected_version)
    return changed(await app.change_plan(command, actor, request))


@router.post("/v1/patients/{patient_id}/dose-reviews", status_code=201, response_model=AggregateChanged)
async def review_doses(patient_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Sign the review of bladder, liver, cognition, misuse and concurrent use."""
    return changed(await app.review_doses(ReviewDoses(PatientId(patient_id)), actor, request), status=201)


def _plan(plan: Plan) -> PlanView:
    terms, signature = plan.terms, plan.signature
    return PlanView(
        id=plan.id,
        patient_id=plan.patient_id,
        version=plan.version,
        revision=plan.revision,
        state=plan.state,
        phase=terms.phase,
        route=terms.route,
        goals=terms.goals,
        visits=tuple(VisitsView(kind=each.kind, count=each.count, minutes=each.minutes) for each in terms.visits),
        cadence_days=terms.cadence_days,
        therapist_id=terms.therapist_id,
        expected_end=terms.expected_end,
        signed_by=signature.by if signature else None,
        policy_version=signature.policy_version if signature else None,
    )
