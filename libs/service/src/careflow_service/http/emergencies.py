"""`/v1/emergency-accesses`: somebody of the clinic opens what their role does not reach, and somebody else looks at it.

Invariants: opening needs a reason in words, and lasts as long as the clinic has set; whoever opens one twice has one;
what was read under it is found in the audit trail by its id.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, StringConstraints

from careflow_service.emergency.accesses import EmergencyAccess, EmergencyKind, Finding
from careflow_service.emergency.commands import Kept
from careflow_service.http.console import AtConsole
from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    Repeatable,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import ONE_LINE, PROSE
from careflow_service.identity import Role
from careflow_service.work import Committed

Prose = Annotated[str, StringConstraints(max_length=2_000), PROSE]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
WAITING: Final = Query(description="Only those that nobody has reviewed, the oldest first.")


class NewEmergencyAccess(RequestBody):
    """Why it cannot wait, in words. `recipient`: who outside the clinic will be told what is read, such as the crew of
    an ambulance.
    """

    kind: EmergencyKind
    reason: Prose
    recipient: Line | None = None


class NewReview(RequestBody):
    """What somebody found who looked at it; `note` says what was not justified."""

    finding: Finding
    note: Prose = ""


class EmergencyAccessOpened(BaseModel):
    """Its id goes into the header `Careflow-Emergency-Access` of each read under it, until `ends_at`."""

    id: str
    version: int
    ends_at: AwareDatetime


class EmergencyAccessKept(BaseModel):
    """What a command did."""

    id: str
    version: int


class ReviewRead(BaseModel):
    finding: Finding
    note: str
    by: str
    at: AwareDatetime


class EmergencyAccessRead(BaseModel):
    """One of them: who opened it for whom, in which roles, why, and who looked at it. `closed_by`: somebody ended it
    before its time.
    """

    id: str
    version: int
    patient_id: str
    opened_by: str
    roles: Sequence[Role]
    kind: EmergencyKind
    reason: str
    recipient: str | None
    opened_at: AwareDatetime
    ends_at: AwareDatetime
    closed_by: str | None
    review: ReviewRead | None


class ReadInEmergency(BaseModel):
    """One call that read under it, what it did and what it showed."""

    id: str
    at: AwareDatetime
    action: str
    touched: Sequence[str]


router = APIRouter(prefix="/v1", tags=["emergency accesses"])


@router.post("/patients/{patient_id}/emergency-accesses", status_code=201, response_model=EmergencyAccessOpened)
async def open_emergency_access(
    console: AtConsole, patient_id: str, body: NewEmergencyAccess, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Read of one patient, for a while, what the caller's role does not reach. It is looked at afterwards."""
    committed = await console.emergencies.open(patient_id, body.kind, body.reason, body.recipient, actor, request)
    opened = committed.value
    shown = EmergencyAccessOpened(id=opened.id, version=opened.version, ends_at=opened.ends_at)
    return answer(committed, shown, status=201, version=opened.version)


@router.post("/emergency-accesses/{access_id}/close", response_model=EmergencyAccessKept)
async def close_emergency_access(console: AtConsole, access_id: str, actor: CurrentActor, _: Repeatable) -> Response:
    """End it before its time."""
    return _kept(await console.emergencies.close(access_id, actor))


@router.post("/emergency-accesses/{access_id}/review", response_model=EmergencyAccessKept)
async def review_emergency_access(
    console: AtConsole, access_id: str, body: NewReview, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Say what you found when you looked at it; once, after its end, and nobody of their own."""
    return _kept(await console.emergencies.review(access_id, body.finding, body.note, actor, request))


@router.get("/emergency-accesses", response_model=Page[EmergencyAccessRead])
async def list_emergency_accesses(
    console: AtConsole,
    actor: CurrentActor,
    waiting: Annotated[bool, WAITING] = True,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Those that wait for somebody to look at them, or all, the newest first."""
    found = await console.emergencies.listed(actor, waiting=waiting, limit=limit, after=after)
    return represent(Page[EmergencyAccessRead](items=[_shown(each) for each in found.items], next=found.next))


@router.get("/emergency-accesses/{access_id}", response_model=EmergencyAccessRead)
async def read_emergency_access(console: AtConsole, access_id: str, actor: CurrentActor) -> Response:
    """One of them."""
    found = await console.emergencies.get(access_id, actor)
    return represent(_shown(found), version=found.version)


@router.get("/emergency-accesses/{access_id}/reads", response_model=Page[ReadInEmergency])
async def list_reads_in_emergency(
    console: AtConsole, access_id: str, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What was read under it, the newest first."""
    access = await console.emergencies.get(access_id, actor)
    found = await console.emergencies.read_under(access, limit=limit, after=after)
    items = [ReadInEmergency(id=each.id, at=each.at, action=each.action, touched=each.touched) for each in found.items]
    return represent(Page[ReadInEmergency](items=items, next=found.next))


def _kept(committed: Committed[Kept]) -> Response:
    body = EmergencyAccessKept(id=committed.value.id, version=committed.value.version)
    return answer(committed, body, version=body.version)


def _shown(access: EmergencyAccess) -> EmergencyAccessRead:
    return EmergencyAccessRead(
        id=access.id,
        version=access.version,
        patient_id=access.patient_id,
        opened_by=access.opened_by,
        roles=access.roles,
        kind=access.kind,
        reason=access.reason,
        recipient=access.recipient,
        opened_at=access.opened_at,
        ends_at=access.ends_at,
        closed_by=access.closed_by,
        review=None
        if access.review is None
        else ReviewRead(
            finding=access.review.finding, note=access.review.note, by=access.review.by, at=access.review.at
        ),
    )
