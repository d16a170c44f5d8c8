"""Adverse events: reporting, reviewing, reading."""

from datetime import datetime
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
    represent,
)
from careflow_service.http.fields import Moment
from sessions.application.commands.regrade_adverse_event import RegradeAdverseEvent
from sessions.application.commands.report_adverse_event import ReportAdverseEvent
from sessions.application.commands.review_adverse_event import ReviewAdverseEvent
from sessions.domain.adverse_events import AdverseEvent, Observation, ReviewDecision
from sessions.domain.ids import AdverseEventId, PatientId, SessionId
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["adverse events"])

Grade = Annotated[int, Field(ge=1, le=5)]


class NewAdverseEvent(RequestBody):
    """`grade` as a clinician judges it (CTCAE 1 to 5); serious, expected and related are judged apart."""

    patient_id: Uuid
    session_id: Uuid | None = None
    description: Note
    grade: Grade
    serious: bool
    expected: bool
    related: bool
    started_at: Moment


class NewReview(RequestBody):
    decision: ReviewDecision
    note: Note


class NewGrade(RequestBody):
    grade: Grade
    reason: Note


class GradingView(View):
    grade: int
    reason: str
    by: str
    at: datetime


class ReviewView(View):
    decision: ReviewDecision
    note: str
    by: str
    at: datetime


class AdverseEventView(BaseModel):
    """`grade` as it is graded now, `reported_grade` as it was at first, with everything between in `regradings`.
    `holds_dosing`: further doses wait for a review, or for another one."""

    id: str
    patient_id: str
    session_id: str | None
    version: int
    description: str
    grade: int
    reported_grade: int
    regradings: tuple[GradingView, ...]
    serious: bool
    expected: bool
    related: bool
    started_at: datetime
    reported_by: str
    reported_at: datetime
    holds_dosing: bool
    reviews: tuple[ReviewView, ...]


@router.get("/v1/adverse-events/{event_id}", response_model=AdverseEventView)
async def read_adverse_event(event_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One adverse event with its reviews."""
    event = await app.reading.adverse_event(AdverseEventId(event_id), actor)
    return represent(_event(event), version=event.version)


@router.get("/v1/patients/{patient_id}/adverse-events", response_model=Page[AdverseEventView])
async def list_adverse_events(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's adverse events, the oldest first."""
    events = await app.reading.adverse_events_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[AdverseEventView](items=[_event(each) for each in events.items], next=events.next))


@router.post("/v1/adverse-events", status_code=201, response_model=AggregateChanged)
async def report_adverse_event(
    body: NewAdverseEvent, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Report what happened; from grade 3 on the session stops with it."""
    observation = Observation(**body.model_dump(exclude={"patient_id", "session_id"}))
    session_id = SessionId(body.session_id) if body.session_id else None
    command = ReportAdverseEvent(PatientId(body.patient_id), session_id, observation)
    return changed(await app.report_adverse_event(command, actor, request), status=201)


@router.post("/v1/adverse-events/{event_id}/grade", response_model=AggregateChanged)
async def regrade_adverse_event(
    event_id: Uuid,
    body: NewGrade,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Grade it anew before its review is decided; what it was graded before stays, and the worst counts."""
    command = RegradeAdverseEvent(AdverseEventId(event_id), body.grade, body.reason, expected_version)
    return changed(await app.regrade_adverse_event(command, actor, request))


@router.post("/v1/adverse-events/{event_id}/reviews", response_model=AggregateChanged)
async def review_adverse_event(
    event_id: Uuid,
    body: NewReview,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign the review; only "resume" lets dosing go on."""
    command = ReviewAdverseEvent(AdverseEventId(event_id), body.decision, body.note, expected_version)
    return changed(await app.review_adverse_event(command, actor, request))


def _event(event: AdverseEvent) -> AdverseEventView:
    seen = event.observation
    return AdverseEventView(
        id=event.id,
        patient_id=event.patient_id,
        session_id=event.session_id,
        version=event.version,
        description=seen.description,
        grade=event.grade,
        reported_grade=seen.grade,
        regradings=tuple(GradingView.model_validate(each) for each in event.regradings),
        serious=seen.serious,
        expected=seen.expected,
        related=seen.related,
        started_at=seen.started_at,
        reported_by=event.reported_by,
        reported_at=event.reported_at,
        holds_dosing=event.holds_dosing,
        reviews=tuple(ReviewView.model_validate(each) for each in event.reviews),
    )
