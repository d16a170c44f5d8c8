"""Before a dose: checks, the order, the gate, clearing and refusing."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import Day, Moment
from sessions.application.commands.attest_eligibility import AttestEligibility
from sessions.application.commands.clear_session import ClearSession
from sessions.application.commands.record_checks import RecordChecks, Stamp
from sessions.application.commands.refuse_session import RefuseSession
from sessions.application.commands.resolve_stop import ResolveStop
from sessions.application.commands.sign_order import SignOrder
from sessions.application.commands.sign_overrides import SignOverrides
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    Escort,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RestrictedProgram,
    RiskLevel,
    SubstanceUse,
    Team,
    Weight,
)
from sessions.domain.doses import StatedDose
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.stops import StopKind
from sessions.domain.units import Kilograms, Milligrams, MilligramsPerKilogram
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Code,
    Line,
    Note,
    Quantity,
    Staff,
    Uuid,
    View,
    changed,
)
from sessions.entrypoints.http.vitals_body import Vitals

router = APIRouter(tags=["dose gate"])

P = TypeVar("P")
V = TypeVar("V")


class WeightBody(RequestPart):
    kilograms: Annotated[Quantity, Field(gt=20, lt=400)]
    measured_on: Day


class SubstancesBody(RequestPart):
    recent: bool
    intoxicated: bool


class IntakeBody(RequestPart):
    solids_at: Moment
    liquids_at: Moment
    nasal_spray_at: Moment | None = None


class EscortBody(RequestPart):
    name: Line
    phone: Line
    adult: bool
    reached_today: bool
    pick_up_at: Moment
    rideshare_only: bool = False


class TeamBody(RequestPart):
    """Who is physically present."""

    therapist: Staff | None = None
    nurse: Staff | None = None
    prescriber: Staff | None = None


class RestrictedProgramBody(RequestPart):
    setting_certified: bool
    patient_enrolled: bool
    pulse_oximeter: bool


class NewChecks(RequestBody):
    """Whatever was asked or measured; the caller and the moment are recorded with each."""

    identifiers: Annotated[frozenset[Identifier], Field(min_length=1)] | None = None
    weight: WeightBody | None = None
    allergic: bool | None = None
    substances: SubstancesBody | None = None
    drug_screen: DrugScreen | None = None
    bladder_symptoms: bool | None = None
    intake: IntakeBody | None = None
    pregnancy: PregnancyTest | None = None
    suicide_risk: RiskLevel | None = None
    escort: EscortBody | None = None
    team: TeamBody | None = None
    equipment_ready: bool | None = None
    emergency_contact: bool | None = None
    cures_reviewed_on: Day | None = None
    restricted_program: RestrictedProgramBody | None = None
    baseline: Annotated[tuple[Vitals, ...], Field(max_length=5)] = ()

    def stamp(self) -> Stamp:
        """The checks as the domain keeps them, once it is known who recorded them and when."""

        def recorded(by: StaffId, at: datetime) -> Checks:
            def kept(given: P | None, make: Callable[[P], V]) -> Recorded[V] | None:
                return None if given is None else Recorded(value=make(given), by=by, at=at)

            return Checks(
                identifiers=kept(self.identifiers, lambda each: each),
                weight=kept(
                    self.weight, lambda each: Weight(kilograms=Kilograms(each.kilograms), measured_on=each.measured_on)
                ),
                reconciliation=kept(self.allergic, lambda each: Reconciliation(allergic=each)),
                substances=kept(self.substances, lambda each: SubstanceUse(**each.model_dump())),
                drug_screen=kept(self.drug_screen, lambda each: each),
                bladder=kept(self.bladder_symptoms, lambda each: BladderQuestion(symptoms=each)),
                intake=kept(self.intake, lambda each: LastIntake(**each.model_dump())),
                pregnancy=kept(self.pregnancy, lambda each: each),
                suicide_risk=kept(self.suicide_risk, lambda each: each),
                escort=kept(self.escort, lambda each: Escort(**each.model_dump())),
                team=kept(self.team, lambda each: Team(**each.model_dump())),
                equipment_ready=kept(self.equipment_ready, lambda each: each),
                emergency_contact=kept(self.emergency_contact, lambda each: each),
                cures_reviewed_on=kept(self.cures_reviewed_on, lambda each: each),
                restricted_program=kept(self.restricted_program, lambda each: RestrictedProgram(**each.model_dump())),
                baseline=tuple(each.signs(by, at) for each in self.baseline),
            )

        return recorded


class NewOrder(RequestBody):
    """`most_mg` is what all doses of the session together may reach."""

    mg: Quantity
    mg_per_kg: Quantity | None = None
    most_mg: Quantity


class Reason(RequestBody):
    reason: Note


class OverrideBody(RequestPart):
    item: Code
    reason: Note


class Clearing(RequestBody):
    overrides: Annotated[tuple[OverrideBody, ...], Field(max_length=20)] = ()


class Signing(RequestBody):
    overrides: Annotated[tuple[OverrideBody, ...], Field(min_length=1, max_length=20)]


class FindingView(View):
    item: str
    passed: bool
    overridable: bool
    recorded_by: str | None
    recorded_at: datetime | None


class GateView(BaseModel):
    """Every item as it stands now; `open` once nothing stands in the way that no override covers."""

    open: bool
    policy_version: str
    failed: tuple[str, ...]
    findings: tuple[FindingView, ...]


@router.get("/v1/sessions/{session_id}/gate", response_model=GateView)
async def read_gate(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """How every item of the dose gate stands."""
    session, gate = await app.reading.gate(SessionId(session_id), actor)
    view = GateView(
        open=not gate.standing_in_the_way(session.overrides),
        policy_version=gate.policy_version,
        failed=tuple(each.item for each in gate.failed),
        findings=tuple(FindingView.model_validate(each) for each in gate.findings),
    )
    return represent(view, version=session.version)


@router.post("/v1/sessions/{session_id}/checks", response_model=AggregateChanged)
async def record_checks(
    session_id: Uuid, body: NewChecks, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record some of what is asked before a dose."""
    return changed(await app.record_checks(RecordChecks(SessionId(session_id), body.stamp()), actor, request))


@router.post("/v1/sessions/{session_id}/findings/{kind}/resolve", response_model=AggregateChanged)
async def resolve_finding(
    session_id: Uuid, kind: StopKind, body: Reason, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Decide that an alarming finding no longer stands, after somebody else has found otherwise in this session."""
    command = ResolveStop(SessionId(session_id), kind, body.reason)
    return changed(await app.resolve_stop(command, actor, request))


@router.post("/v1/sessions/{session_id}/order", response_model=AggregateChanged)
async def sign_order(
    session_id: Uuid,
    body: NewOrder,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign the order for this session. Refused above the plan's or the clinic's ceiling."""
    dose = StatedDose(
        mass=Milligrams(body.mg), per_kg=None if body.mg_per_kg is None else MilligramsPerKilogram(body.mg_per_kg)
    )
    command = SignOrder(SessionId(session_id), dose, Milligrams(body.most_mg), expected_version)
    return changed(await app.sign_order(command, actor, request))


@router.post("/v1/sessions/{session_id}/attest", response_model=AggregateChanged)
async def attest_eligibility(
    session_id: Uuid, body: Reason, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Confirm the clearance from the case itself while the view of screening is too old."""
    command = AttestEligibility(SessionId(session_id), body.reason)
    return changed(await app.attest_eligibility(command, actor, request))


@router.post("/v1/sessions/{session_id}/clear", response_model=AggregateChanged)
async def clear_session(
    session_id: Uuid,
    body: Clearing,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Everything is in order, or a prescriber signs for what is not."""
    overrides = tuple((each.item, each.reason) for each in body.overrides)
    command = ClearSession(SessionId(session_id), overrides, expected_version)
    return changed(await app.clear_session(command, actor, request))


@router.post("/v1/sessions/{session_id}/overrides", response_model=AggregateChanged)
async def sign_overrides(
    session_id: Uuid,
    body: Signing,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign for items that are not in order; counts for what has been recorded until now."""
    overrides = tuple((each.item, each.reason) for each in body.overrides)
    command = SignOverrides(SessionId(session_id), overrides, expected_version)
    return changed(await app.sign_overrides(command, actor, request))


@router.post("/v1/sessions/{session_id}/refuse", response_model=AggregateChanged)
async def refuse_session(
    session_id: Uuid, actor: CurrentActor, request: IdempotentRequest, expected_version: ExpectedVersion, app: App
) -> Response:
    """No dose today, for everything that is not in order now."""
    return changed(await app.refuse_session(RefuseSession(SessionId(session_id), expected_version), actor, request))
