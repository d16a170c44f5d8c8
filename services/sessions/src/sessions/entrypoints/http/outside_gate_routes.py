"""Doses that were given outside the gate: writing them down, reviewing them, what waits for a review."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
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
from sessions.application.commands.record_dose_outside_gate import RecordDoseOutsideGate
from sessions.application.commands.review_dose_outside_gate import ReviewDoseOutsideGate
from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.ids import ContainerId, DrawId, OutsideDoseId, SessionId, StaffId
from sessions.domain.words import Route
from sessions.entrypoints.http.dose_routes import StatedBody
from sessions.entrypoints.http.dose_views import DoseView, dose_view
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Staff, Uuid, changed

router = APIRouter(tags=["doses"])


class NewDoseOutside(StatedBody):
    """A dose that was given, and could not be recorded because the gate was closed. `draw_id` is left out where nobody
    drew it up in the drug log, `given_by` where it was the caller; `ended_at` is for an infusion, left out while it
    runs. `ordered_by` is who ordered it or knew of it, left out where nobody did; `before_start` says why it was given
    before the session began.
    """

    draw_id: Uuid | None = None
    route: Route
    given_at: Moment
    ended_at: Moment | None = None
    given_by: Staff | None = None
    ordered_by: Staff | None = None
    reason: Note
    before_start: Note | None = None

    def said(self, session_id: SessionId, version: int) -> RecordDoseOutsideGate:
        return RecordDoseOutsideGate(
            session_id=session_id,
            container_id=ContainerId(self.container_id),
            draw_id=DrawId(self.draw_id) if self.draw_id else None,
            dose=self.stated(),
            serial=self.serial,
            route=self.route,
            given_at=self.given_at,
            ended_at=self.ended_at,
            given_by=StaffId(self.given_by) if self.given_by else None,
            ordered_by=StaffId(self.ordered_by) if self.ordered_by else None,
            reason=self.reason,
            before_start=self.before_start,
            expected_version=version,
        )


class NewDoseReview(RequestBody):
    decision: ReviewDecision
    note: Note


class DoseToReviewView(BaseModel):
    """`review_by` is when a prescriber is to have reviewed it."""

    session_id: str
    patient_id: str
    review_by: datetime
    dose: DoseView


@router.get("/v1/doses-outside-gate", response_model=Page[DoseToReviewView])
async def list_doses_to_review(
    actor: CurrentActor, app: App, limit: PageLimit = 200, after: PageCursor = None
) -> Response:
    """Every dose outside the gate whose review is not decided, the most urgent first. `limit` counts sessions, of which
    one may have several, and is no promise: a page may have fewer and another behind it.
    """
    listed = await app.reading.doses_to_review(actor, limit, after)
    items = [
        DoseToReviewView(
            session_id=session.id, patient_id=session.patient_id, review_by=mark.review_by, dose=dose_view(dose)
        )
        for session in listed.items
        for dose, mark in session.to_review
    ]
    return represent(Page[DoseToReviewView](items=items, next=listed.next))


@router.post("/v1/sessions/{session_id}/doses/outside-gate", status_code=201, response_model=AggregateChanged)
async def record_dose_outside_gate(
    session_id: Uuid,
    body: NewDoseOutside,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Write down a dose that was given although the gate was closed, or before it was recorded. It opens nothing: it
    counts, and no further dose is given until a prescriber has reviewed it.
    """
    command = body.said(SessionId(session_id), expected_version)
    return changed(await app.record_dose_outside_gate(command, actor, request), status=201)


@router.post(
    "/v1/sessions/{session_id}/doses/outside-gate/{dose_id}/reviews", status_code=201, response_model=AggregateChanged
)
async def review_dose_outside_gate(
    session_id: Uuid,
    dose_id: Uuid,
    body: NewDoseReview,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign the review of a dose you neither gave nor wrote down; only "resume" lets dosing go on."""
    command = ReviewDoseOutsideGate(
        SessionId(session_id), OutsideDoseId(dose_id), body.decision, body.note, expected_version
    )
    return changed(await app.review_dose_outside_gate(command, actor, request), status=201)
