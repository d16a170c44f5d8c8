"""Medicines outside their order at the bedside: the form one is written down by, and that of its review.

Invariant: neither allows anything; what an order allows is refused here and written down the ordinary way.
"""

from collections.abc import Sequence
from typing import Final

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.commands.review_medicine_outside_order import ReviewMedicineOutsideOrder
from sessions.application.queries.read_bedside import Bedside
from sessions.application.use_cases import Sessions
from sessions.domain.administrations import OrderBasis
from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.drug_log import Container
from sessions.domain.ids import AdministrationId, StaffId
from sessions.domain.medicines import MedicineRoute, MedicineUnit
from sessions.domain.states import UNDER_WAY
from sessions.domain.what_happened import NOT_BEGUN, OVER
from sessions.entrypoints.http.outside_gate_routes import NewDoseReview
from sessions.entrypoints.http.outside_order_routes import NewMedicineOutside
from sessions.entrypoints.http.schemas import Uuid
from sessions.entrypoints.pages.bedside_choices import drawn_from, kept_in
from sessions.entrypoints.pages.bedside_commands import Asked
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.bedside_form import BedsideForm, Fields
from sessions.entrypoints.pages.medicine_forms import amount, ordered


class ReviewingMedicine(NewDoseReview):
    """Which one it is about."""

    administration_id: Uuid


def _orders(seen: Bedside) -> Sequence[Option]:
    """Every order of the session, also a disputed one, and the standing ones of its location that count."""
    own = [(str(each.id), ordered(each.terms), each.prescriber) for each in seen.medication.orders]
    standing = [each for each in seen.offers if each.order.basis is OrderBasis.STANDING]
    return (*own, *((each.order.id, ordered(each.order.terms), each.prescriber) for each in standing))


def _beside_the_dose(seen: Bedside) -> Sequence[Container]:
    return [each for each in seen.containers or () if each.id not in seen.dosable]


def _writing(seen: Bedside, _: Actor) -> Fields:
    among, orders = _beside_the_dose(seen), _orders(seen)
    taken = (*drawn_from(seen, among), *kept_in(among))
    return (
        field("given_at", Kind.MOMENT, word="given_outside_at"),
        *((Field(name="order_id", kind=Kind.CHOICE, options=orders, word="meant_order"),) if orders else ()),
        field("medicine.medicine", Kind.TEXT, word="given_medicine"),
        field("medicine.strength", Kind.TEXT),
        field("medicine.route", Kind.CHOICE, *MedicineRoute),
        field("medicine.unit", Kind.CHOICE, *MedicineUnit, word="medicine_unit"),
        field("medicine.indication", Kind.PROSE),
        field("medicine.controlled", Kind.YES_NO),
        field("amount", Kind.AMOUNT, word="given_amount"),
        field("allergic", Kind.YES_NO, word="allergic_to_it"),
        *((Field(name="taken", kind=Kind.CHOICE, options=taken, parts=("container_id", "draw_id")),) if taken else ()),
        Field(name="given_by", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER, Role.NURSE)),
        Field(name="ordered_by", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER,)),
        field("reason", Kind.PROSE, word="outside_reason"),
    )


def _to_review(seen: Bedside, actor: Actor) -> Sequence[Option]:
    """Each that waits and is this reader's to review: by its id, and in words."""
    return [
        (
            str(each.id),
            f"{on_the_wall(each.given_at, seen.timezone):%H:%M} · {each.order.terms.medicine} "
            f"{amount(each.amount, each.order.terms)}",
            each.by,
        )
        for each, mark in seen.medication.to_review
        if not mark.concerns(StaffId(actor.id), given_by=each.by)
    ]


def _reviewing(seen: Bedside, actor: Actor) -> Fields:
    return (
        Field(name="administration_id", kind=Kind.CHOICE, options=_to_review(seen, actor), word="medicine_to_review"),
        field("decision", Kind.CHOICE, *ReviewDecision),
        field("note", Kind.PROSE, word="review_note"),
    )


async def _write(app: Sessions, asked: Asked[NewMedicineOutside], actor: Actor, key: RequestKey) -> object:
    return await app.record_medicine_outside_order(asked.body.said(asked.session_id), actor, key)


async def _review(app: Sessions, asked: Asked[ReviewingMedicine], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ReviewMedicineOutsideOrder(
        asked.session_id, AdministrationId(body.administration_id), body.decision, body.note
    )
    return await app.review_medicine_outside_order(command, actor, key)


OUTSIDE_ORDER_FORMS: Final = (
    BedsideForm(
        "review-medicine",
        ReviewingMedicine,
        _review,
        lambda seen: seen.medication.review_by is not None,
        _reviewing,
        above="medicine_to_review.html",
        closed=lambda seen, actor: not _to_review(seen, actor),
    ),
    BedsideForm(
        "medicine-outside",
        NewMedicineOutside,
        _write,
        lambda seen: seen.session.state in NOT_BEGUN | UNDER_WAY | OVER,
        _writing,
    ),
)
