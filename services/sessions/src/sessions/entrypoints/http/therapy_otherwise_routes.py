"""Therapy that was held otherwise than planned: writing it down, reviewing it, what waits for a review."""

from datetime import datetime
from typing import Self

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
from sessions.application.commands.record_therapy_otherwise import RecordTherapyOtherwise
from sessions.application.commands.review_therapy_otherwise import ReviewTherapyOtherwise
from sessions.domain.adverse_events import Review
from sessions.domain.held_otherwise import DECIDES, HeldOtherwise, TherapyDecision
from sessions.domain.ids import SessionId, StaffId, TherapyId
from sessions.domain.service_lines import TherapyTime
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Staff, Uuid, changed

router = APIRouter(tags=["sessions"])

DECIDED = {decision: said for said, decision in DECIDES.items()}


class NewTherapyOtherwise(RequestBody):
    """Therapy that was held and that its session did not take. `provider` is left out where the caller held it."""

    provider: Staff | None = None
    started_at: Moment
    ended_at: Moment
    reason: Note

    def said(self, session_id: SessionId, by: str, version: int) -> RecordTherapyOtherwise:
        provider = StaffId(self.provider or by)
        time = TherapyTime(provider=provider, started_at=self.started_at, ended_at=self.ended_at)
        return RecordTherapyOtherwise(session_id, time, self.reason, version)


class NewTherapyReview(RequestBody):
    decision: TherapyDecision
    note: Note


class TherapyReviewView(BaseModel):
    decision: TherapyDecision
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(decision=DECIDED[review.decision], note=review.note, by=review.by, at=review.at)


class TherapyOtherwiseView(BaseModel):
    """Therapy with its mark. `against` is all that stood against it, `unready` what of that was asked of an hour at a
    distance and not in order: with any of it no line of a bill follows. `counts`: who reviewed it decided so.
    """

    id: str
    provider: str
    started_at: datetime
    ended_at: datetime
    reason: str
    recorded_by: str
    recorded_at: datetime
    review_by: datetime
    policy_version: str
    against: tuple[str, ...]
    unready: tuple[str, ...]
    counts: bool
    reviews: tuple[TherapyReviewView, ...]

    @classmethod
    def of(cls, mark: HeldOtherwise) -> Self:
        return cls(
            id=mark.id,
            provider=mark.time.provider,
            started_at=mark.time.started_at,
            ended_at=mark.time.ended_at,
            reason=mark.reason,
            recorded_by=mark.recorded_by,
            recorded_at=mark.recorded_at,
            review_by=mark.review_by,
            policy_version=mark.policy_version,
            against=mark.against,
            unready=mark.unready,
            counts=mark.counts,
            reviews=tuple(TherapyReviewView.of(each) for each in mark.reviews),
        )


class TherapyToReviewView(BaseModel):
    """`review_by` is when somebody who had no hand in it is to have reviewed it."""

    session_id: str
    patient_id: str
    review_by: datetime
    therapy: TherapyOtherwiseView


@router.get("/v1/therapy-otherwise", response_model=Page[TherapyToReviewView])
async def list_therapy_to_review(
    actor: CurrentActor, app: App, limit: PageLimit = 200, after: PageCursor = None
) -> Response:
    """All therapy that was held otherwise and whose review is not decided, the most urgent first. `limit` counts
    sessions, of which one may have several, and is no promise: a page may have fewer and another behind it.
    """
    listed = await app.reading.therapy_to_review(actor, limit, after)
    items = [
        TherapyToReviewView(
            session_id=session.id,
            patient_id=session.patient_id,
            review_by=mark.review_by,
            therapy=TherapyOtherwiseView.of(mark),
        )
        for session in listed.items
        for mark in session.therapy_to_review
    ]
    return represent(Page[TherapyToReviewView](items=items, next=listed.next))


@router.post("/v1/sessions/{session_id}/therapy-otherwise", status_code=201, response_model=AggregateChanged)
async def record_therapy_otherwise(
    session_id: Uuid,
    body: NewTherapyOtherwise,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Write down therapy that was held outside its session's times, by somebody not recorded as present, or at a
    distance without what is asked before. An hour that had not ended is over with it; it counts, and is billed, once
    somebody else has reviewed it.
    """
    command = body.said(SessionId(session_id), actor.id, expected_version)
    return changed(await app.record_therapy_otherwise(command, actor, request), status=201)


@router.post(
    "/v1/sessions/{session_id}/therapy-otherwise/{therapy_id}/reviews", status_code=201, response_model=AggregateChanged
)
async def review_therapy_otherwise(
    session_id: Uuid,
    therapy_id: Uuid,
    body: NewTherapyReview,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Sign the review of therapy you neither held nor wrote down; only what "counts" is a visit of the plan."""
    command = ReviewTherapyOtherwise(
        SessionId(session_id), TherapyId(therapy_id), body.decision, body.note, expected_version
    )
    return changed(await app.review_therapy_otherwise(command, actor, request), status=201)
