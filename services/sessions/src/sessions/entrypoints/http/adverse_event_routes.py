"""Adverse events: reporting and reviewing."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from careflow_service.http.dependencies import CurrentActor, ExpectedVersion, IdempotentRequest, RequestBody
from careflow_service.http.fields import Moment
from sessions.application.commands.report_adverse_event import ReportAdverseEvent
from sessions.application.commands.review_adverse_event import ReviewAdverseEvent
from sessions.domain.adverse_events import Observation, ReviewDecision
from sessions.domain.ids import AdverseEventId, PatientId, SessionId
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, changed

router = APIRouter(tags=["adverse events"])


class NewAdverseEvent(RequestBody):
    """`grade` as a clinician judges it (CTCAE 1 to 5); serious, expected and related are judged apart."""

    patient_id: Uuid
    session_id: Uuid | None = None
    description: Note
    grade: Annotated[int, Field(ge=1, le=5)]
    serious: bool
    expected: bool
    related: bool
    started_at: Moment


class NewReview(RequestBody):
    decision: ReviewDecision
    note: Note


@router.post("/v1/adverse-events", status_code=201, response_model=AggregateChanged)
async def report_adverse_event(
    body: NewAdverseEvent, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Report what happened; from grade 3 on the session stops with it."""
    observation = Observation(**body.model_dump(exclude={"patient_id", "session_id"}))
    session_id = SessionId(body.session_id) if body.session_id else None
    command = ReportAdverseEvent(PatientId(body.patient_id), session_id, observation)
    return changed(await app.report_adverse_event(command, actor, request), status=201)


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
