"""Therapy that was held otherwise, at the bedside: the form it is written down by, and that of its review."""

from collections.abc import Sequence
from typing import Final

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.commands.review_therapy_otherwise import ReviewTherapyOtherwise
from sessions.application.queries.read_bedside import Bedside
from sessions.application.use_cases import Sessions
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.held_otherwise import TherapyDecision
from sessions.domain.ids import StaffId, TherapyId
from sessions.domain.therapy_otherwise import writable
from sessions.entrypoints.http.schemas import Uuid
from sessions.entrypoints.http.therapy_otherwise_routes import NewTherapyOtherwise, NewTherapyReview
from sessions.entrypoints.pages.bedside_commands import Asked
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.bedside_form import BedsideForm, Fields


class ReviewingTherapy(NewTherapyReview):
    """Which therapy it is about."""

    therapy_id: Uuid


_HELD: Final[Fields] = (
    Field(name="provider", kind=Kind.COLLEAGUE, holding=(Role.THERAPIST,)),
    field("started_at", Kind.MOMENT, word="therapy_started_at"),
    field("ended_at", Kind.MOMENT, word="therapy_ended_at"),
    field("reason", Kind.PROSE, word="otherwise_reason"),
)


def _to_review(seen: Bedside, actor: Actor) -> Sequence[Option]:
    """Each that waits and is this reader's to review: by its id, and in words."""
    return [
        (str(each.id), f"{on_the_wall(each.time.started_at, seen.timezone):%H:%M}", each.time.provider)
        for each in seen.session.therapy_to_review
        if not each.concerns(StaffId(actor.id), given_by=each.time.provider)
    ]


def _reviewing(seen: Bedside, actor: Actor) -> Fields:
    return (
        Field(name="therapy_id", kind=Kind.CHOICE, options=_to_review(seen, actor), word="therapy_to_review"),
        field("decision", Kind.CHOICE, *TherapyDecision, word="therapy_decision"),
        field("note", Kind.PROSE, word="review_note"),
    )


async def _write(app: Sessions, asked: Asked[NewTherapyOtherwise], actor: Actor, key: RequestKey) -> object:
    return await app.record_therapy_otherwise(asked.body.said(asked.session_id, actor.id, asked.version), actor, key)


async def _review(app: Sessions, asked: Asked[ReviewingTherapy], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ReviewTherapyOtherwise(
        asked.session_id, TherapyId(body.therapy_id), body.decision, body.note, asked.version
    )
    return await app.review_therapy_otherwise(command, actor, key)


OTHERWISE_FORMS: Final = (
    BedsideForm(
        "review-therapy",
        ReviewingTherapy,
        _review,
        lambda seen: bool(seen.session.therapy_to_review),
        _reviewing,
        above="otherwise_to_review.html",
        closed=lambda seen, actor: not _to_review(seen, actor),
    ),
    BedsideForm(
        "therapy-otherwise", NewTherapyOtherwise, _write, lambda seen: writable(seen.session), lambda _, __: _HELD
    ),
)
