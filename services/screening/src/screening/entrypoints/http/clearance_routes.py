"""Findings, decisions and clearances."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Moment
from careflow_service.results import Changed
from careflow_service.work import Committed
from screening.application.commands.defer_clearance import DeferClearance
from screening.application.commands.deny_clearance import DenyClearance
from screening.application.commands.extend_clearance import ExtendClearance
from screening.application.commands.grant_clearance import GrantClearance
from screening.application.commands.reinstate_clearance import ReinstateClearance
from screening.application.commands.revoke_clearance import RevokeClearance
from screening.application.commands.suspend_clearance import SuspendClearance
from screening.domain.clearance import Clearance, ClearanceState
from screening.domain.clearance_terms import Indication, Route
from screening.domain.ids import CaseId, ClearanceId
from screening.domain.suspensions import Settlement, SuspensionReason
from screening.entrypoints.http.findings_routes import FindingView
from screening.entrypoints.http.schemas import (
    App,
    CaseChanged,
    ClearanceChanged,
    Code,
    Line,
    Note,
    View,
    case_changed,
)

router = APIRouter(tags=["clearances"])


class Settled(RequestBody):
    """A suspension the decision ends, as the clearance shows it; `reason` is signed by the prescriber who sends it."""

    suspended_for: SuspensionReason
    ref: Code
    reason: Note


class Grant(RequestBody):
    """`accepted`: per rule, the signed pathway (class B) or plan (class C). `conditions` make it conditional.

    `settled`: the suspensions it ends. All others go on and suspend the new clearance too.
    """

    indications: Annotated[tuple[Indication, ...], Field(min_length=1, max_length=7)]
    conditions: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    excluded_routes: Annotated[tuple[Route, ...], Field(max_length=4)] = ()
    accepted: Annotated[dict[Code, Note], Field(max_length=50)] = Field(default_factory=dict)
    settled: Annotated[tuple[Settled, ...], Field(max_length=50)] = ()

    def command(self, case_id: CaseId, expected_version: int) -> GrantClearance:
        """What is decided of this case, as of this version of it."""
        return GrantClearance(
            case_id=case_id,
            indications=self.indications,
            conditions=self.conditions,
            excluded_routes=self.excluded_routes,
            accepted=self.accepted,
            settled=tuple(
                Settlement(reason=each.suspended_for, ref=each.ref, why=each.reason) for each in self.settled
            ),
            expected_version=expected_version,
        )


class Deferral(RequestBody):
    until: Moment
    reason: Note


class Reason(RequestBody):
    reason: Note


class Granted(BaseModel):
    """`valid` is false where something that suspended dosing before goes on."""

    clearance_id: str
    case_id: str
    version: int
    valid: bool


class Suspended(BaseModel):
    """`ref` is what the suspension is ended by."""

    clearance_id: str
    version: int
    ref: str


class SuspensionView(View):
    reason: SuspensionReason
    ref: str
    since: datetime
    fine_reason: str


class ClearanceView(BaseModel):
    id: str
    case_id: str
    patient_id: str
    version: int
    state: ClearanceState
    valid: bool
    conditional: bool
    valid_until: datetime
    decided_by: str
    decided_at: datetime
    policy_version: str
    conditions: tuple[str, ...]
    excluded_routes: tuple[str, ...]
    findings: tuple[FindingView, ...]
    accepted: dict[str, str]
    suspensions: tuple[SuspensionView, ...]


@router.post("/v1/cases/{case_id}/decisions/grant", status_code=201, response_model=Granted)
async def grant_clearance(
    case_id: str,
    body: Grant,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Decide that treatment is safe. Refused with everything that is missing."""
    committed = await app.grant_clearance(body.command(CaseId(case_id), expected_version), actor, request)
    granted = committed.value
    view = Granted(
        clearance_id=granted.clearance_id, case_id=granted.case_id, version=granted.version, valid=granted.valid
    )
    where = f"/v1/clearances/{granted.clearance_id}"
    return answer(committed, view, status=201, version=granted.version, location=where)


@router.post("/v1/cases/{case_id}/decisions/defer", response_model=CaseChanged)
async def defer_clearance(
    case_id: str,
    body: Deferral,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Decide to wait until a date."""
    command = DeferClearance(CaseId(case_id), body.until, body.reason, expected_version)
    return case_changed(await app.defer_clearance(command, actor, request))


@router.post("/v1/cases/{case_id}/decisions/deny", response_model=CaseChanged)
async def deny_clearance(
    case_id: str,
    body: Reason,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Decide that treatment here is not safe; the case closes."""
    command = DenyClearance(CaseId(case_id), body.reason, expected_version)
    return case_changed(await app.deny_clearance(command, actor, request))


@router.get("/v1/clearances/{clearance_id}", response_model=ClearanceView)
async def read_clearance(clearance_id: str, actor: CurrentActor, app: App) -> Response:
    """One clearance, with what it rests on and what suspends it."""
    clearance = await app.reading.clearance(ClearanceId(clearance_id), actor)
    return represent(_clearance(clearance, app.ports.clock()), version=clearance.version)


@router.post("/v1/clearances/{clearance_id}/extend", response_model=ClearanceChanged)
async def extend_clearance(
    clearance_id: str,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Acknowledge newer evidence: the clearance lasts as long as it now allows."""
    command = ExtendClearance(ClearanceId(clearance_id), expected_version)
    return _clearance_changed(await app.extend_clearance(command, actor, request))


@router.post("/v1/clearances/{clearance_id}/suspend", response_model=Suspended)
async def suspend_clearance(
    clearance_id: str, body: Reason, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Halt dosing until a prescriber says otherwise."""
    command = SuspendClearance(ClearanceId(clearance_id), body.reason)
    committed = await app.suspend_clearance(command, actor, request)
    added = committed.value
    view = Suspended(clearance_id=added.id, version=added.version, ref=added.added_id)
    return answer(committed, view, version=added.version)


@router.post("/v1/clearances/{clearance_id}/reinstate", response_model=ClearanceChanged)
async def reinstate_clearance(
    clearance_id: str,
    body: Settled,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """End one suspension with a signed reason."""
    command = ReinstateClearance(ClearanceId(clearance_id), body.suspended_for, body.ref, body.reason, expected_version)
    return _clearance_changed(await app.reinstate_clearance(command, actor, request))


@router.post("/v1/clearances/{clearance_id}/revoke", response_model=ClearanceChanged)
async def revoke_clearance(
    clearance_id: str,
    body: Reason,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Take it back for good."""
    command = RevokeClearance(ClearanceId(clearance_id), body.reason, expected_version)
    return _clearance_changed(await app.revoke_clearance(command, actor, request))


def _clearance_changed(committed: Committed[Changed]) -> Response:
    changed = committed.value
    view = ClearanceChanged(clearance_id=changed.id, version=changed.version)
    return answer(committed, view, version=changed.version)


def _clearance(clearance: Clearance, now: datetime) -> ClearanceView:
    decision = clearance.decision
    return ClearanceView(
        id=clearance.id,
        case_id=clearance.case_id,
        patient_id=clearance.patient_id,
        version=clearance.version,
        state=clearance.state,
        valid=clearance.valid_at(now),
        conditional=clearance.conditional,
        valid_until=clearance.valid_until,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        policy_version=decision.policy_version,
        conditions=decision.terms.conditions,
        excluded_routes=decision.terms.excluded_routes,
        findings=tuple(FindingView.model_validate(each) for each in decision.findings),
        accepted=dict(decision.accepted),
        suspensions=tuple(SuspensionView.model_validate(each) for each in clearance.suspensions),
    )
