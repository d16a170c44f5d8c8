"""Before a dose: checks, the order, the gate, clearing and refusing."""

from datetime import datetime
from typing import Annotated

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
from sessions.application.commands.attest_eligibility import AttestEligibility
from sessions.application.commands.clear_session import ClearSession
from sessions.application.commands.record_checks import RecordChecks
from sessions.application.commands.refuse_session import RefuseSession
from sessions.application.commands.resolve_stop import ResolveStop
from sessions.application.commands.sign_order import SignOrder
from sessions.application.commands.sign_overrides import SignOverrides
from sessions.domain.doses import StatedDose
from sessions.domain.ids import SessionId
from sessions.domain.stops import StopKind
from sessions.domain.units import Milligrams, MilligramsPerKilogram
from sessions.entrypoints.http.check_bodies import NewChecks
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Code,
    Note,
    Quantity,
    Uuid,
    View,
    changed,
)

router = APIRouter(tags=["dose gate"])


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
