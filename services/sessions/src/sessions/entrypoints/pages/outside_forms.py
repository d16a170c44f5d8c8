"""Doses outside the gate at the bedside: the form one is written down by, that of its review, when they are offered.

Invariant: the first is no way around the gate: while a session is under way and all is in order, it is not there.
"""

from collections.abc import Sequence
from typing import Final

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.commands.review_dose_outside_gate import ReviewDoseOutsideGate
from sessions.application.queries.read_bedside import Bedside
from sessions.application.use_cases import Sessions
from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.drug_log import Container
from sessions.domain.ids import OutsideDoseId, StaffId
from sessions.domain.states import UNDER_WAY
from sessions.domain.what_happened import NOT_BEGUN, OVER
from sessions.domain.words import Route, VisitKind
from sessions.entrypoints.http.outside_gate_routes import NewDoseOutside, NewDoseReview
from sessions.entrypoints.http.schemas import Uuid
from sessions.entrypoints.pages.bedside_choices import drawn_from, in_pieces, kept_in
from sessions.entrypoints.pages.bedside_commands import Asked
from sessions.entrypoints.pages.bedside_fields import PIECES, field
from sessions.entrypoints.pages.bedside_form import BedsideForm, Fields


class Reviewing(NewDoseReview):
    """Which dose it is about."""

    dose_id: Uuid


def _dosable(seen: Bedside) -> Sequence[Container]:
    return [each for each in seen.containers or () if each.id in seen.dosable]


def _happened(seen: Bedside) -> bool:
    """Whether a dose may have been given that the ordinary way does not take."""
    session = seen.session
    if session.kind is not VisitKind.DOSING or any(each.ended_at is None for each in session.doses):
        return False
    if session.state in UNDER_WAY:
        return seen.gate is not None and bool(seen.gate.standing_in_the_way(session.overrides))
    return session.state in NOT_BEGUN | OVER


def _offered(seen: Bedside) -> bool:
    return _happened(seen) and bool(_dosable(seen))


def _writing(seen: Bedside, _: Actor) -> Fields:
    among = _dosable(seen)
    measured = ("mg", *(("ml", "mg_per_ml") if any(each.item.concentration for each in among) else ()))
    return (
        field("given_at", Kind.MOMENT, word="given_outside_at"),
        field("ended_at", Kind.MOMENT, word="infusion_ended_at"),
        field("route", Kind.CHOICE, *sorted(Route)),
        Field(
            name="taken",
            kind=Kind.CHOICE,
            options=(*drawn_from(seen, among), *kept_in(among)),
            parts=("container_id", "draw_id"),
        ),
        *(field(name, Kind.AMOUNT) for name in measured),
        *((*PIECES, field("mg_per_unit", Kind.AMOUNT)) if in_pieces(among) else ()),
        field("serial", Kind.TEXT),
        Field(name="given_by", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER, Role.NURSE)),
        Field(name="ordered_by", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER,)),
        field("reason", Kind.PROSE, word="outside_reason"),
        field("before_start", Kind.PROSE),
    )


def _to_review(seen: Bedside, actor: Actor) -> Sequence[Option]:
    """Each dose that waits and is this reader's to review: by its id, and in words."""
    return [
        (
            str(mark.id),
            f"{on_the_wall(dose.started_at, seen.timezone):%H:%M} · {dose.stated.mass.value.normalize():f} mg",
            dose.given_by,
        )
        for dose, mark in seen.session.to_review
        if not mark.concerns(StaffId(actor.id), given_by=dose.given_by)
    ]


def _reviewing(seen: Bedside, actor: Actor) -> Fields:
    return (
        Field(name="dose_id", kind=Kind.CHOICE, options=_to_review(seen, actor), word="dose"),
        field("decision", Kind.CHOICE, *ReviewDecision),
        field("note", Kind.PROSE, word="review_note"),
    )


async def _write(app: Sessions, asked: Asked[NewDoseOutside], actor: Actor, key: RequestKey) -> object:
    return await app.record_dose_outside_gate(asked.body.said(asked.session_id, asked.version), actor, key)


async def _review(app: Sessions, asked: Asked[Reviewing], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ReviewDoseOutsideGate(
        asked.session_id, OutsideDoseId(body.dose_id), body.decision, body.note, asked.version
    )
    return await app.review_dose_outside_gate(command, actor, key)


OUTSIDE_FORMS: Final = (
    BedsideForm(
        "review-dose",
        Reviewing,
        _review,
        lambda seen: bool(seen.session.to_review),
        _reviewing,
        above="outside_to_review.html",
        closed=lambda seen, actor: not _to_review(seen, actor),
    ),
    BedsideForm("dose-outside", NewDoseOutside, _write, _offered, _writing),
)
