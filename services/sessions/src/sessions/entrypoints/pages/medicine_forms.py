"""Medicines beside the dose at the bedside: their forms, what one chooses among on them, and the commands they are."""

from collections.abc import Sequence
from typing import Final

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.commands.draw_drug import DrawDrug
from sessions.application.commands.follow_medicine import RecordEffect
from sessions.application.commands.give_medicine import GiveMedicine, WithholdMedicine
from sessions.application.commands.order_medicine import AnswerVerbalOrder, CorrectVerbalOrder, OrderMedicine
from sessions.application.medication import Offer
from sessions.application.queries.read_bedside import Bedside
from sessions.application.use_cases import Sessions
from sessions.domain.administrations import FromDraw, NotGivenReason, Relief
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, MedicineOrderId, StaffId
from sessions.domain.medicine_giving import THERE
from sessions.domain.medicines import MedicineRoute, MedicineTerms, MedicineUnit
from sessions.domain.states import SessionState
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount
from sessions.domain.vitals import Signal
from sessions.domain.words import VisitKind
from sessions.entrypoints.http.medicine_routes import (
    MedicineCorrection,
    NewAdministration,
    NewAnswer,
    NewEffect,
    NewMedicineOrder,
    NewNotGiven,
    NewVerbalOrder,
    OrderCorrection,
)
from sessions.entrypoints.http.schemas import Uuid
from sessions.entrypoints.pages.bedside_choices import containers, medicines_drawn
from sessions.entrypoints.pages.bedside_commands import Asked, Drawing
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.bedside_form import BedsideForm, Fields

UNITS: Final = {
    MedicineUnit.MILLIGRAM: "mg",
    MedicineUnit.MICROGRAM: "µg",
    MedicineUnit.MILLILITRE: "mL",
    MedicineUnit.TABLET: "×",
    MedicineUnit.PUFF: "×",
    MedicineUnit.LITRE_PER_MINUTE: "L/min",
}
"""As they are written behind an amount, in every language."""


class Answering(NewAnswer):
    """Which order it is about."""

    order_id: Uuid


class CorrectingOrder(OrderCorrection):
    """Which order it is about."""

    order_id: Uuid


class DrawingMedicine(Drawing):
    """By which order."""

    order_id: Uuid


class Giving(NewAdministration):
    """A draw as the form has it: a container and what was drawn up of it."""

    container_id: Uuid | None = None
    draw_id: Uuid | None = None

    def drawn(self) -> FromDraw | None:
        if self.container_id is None or self.draw_id is None:
            return None
        return FromDraw(container_id=ContainerId(self.container_id), draw_id=DrawId(self.draw_id))


def amount(value: MedicineAmount, terms: MedicineTerms) -> str:
    """How an amount reads with its unit."""
    return f"{value.value.normalize():f} {UNITS[terms.unit]}"


def ordered(terms: MedicineTerms) -> str:
    """How a medicine and the range of its dose read."""
    least = "" if terms.least == terms.most else f"{terms.least.value.normalize():f} – "
    return f"{terms.medicine} ({terms.strength}) · {least}{amount(terms.most, terms)} · {terms.indication}"


def _orders(offers: Sequence[Offer]) -> Sequence[Option]:
    return [(each.order.id, ordered(each.order.terms), each.prescriber) for each in offers]


def _may_be_given(seen: Bedside) -> Sequence[Offer]:
    return [each for each in seen.offers if each.refused is None]


def _controlled(seen: Bedside) -> Sequence[Offer]:
    return [each for each in _may_be_given(seen) if each.controlled]


def _given(seen: Bedside) -> Sequence[Option]:
    """What was given, the last first, and how it reads."""
    return [
        (
            each.id,
            f"{on_the_wall(each.given_at, seen.timezone):%H:%M} · {each.order.terms.medicine} "
            f"{amount(each.amount, each.order.terms)}",
            each.by,
        )
        for each in reversed(seen.medication.given)
    ]


def _waiting(seen: Bedside, prescriber: str | None = None) -> Sequence[Option]:
    """What waits to be signed or refused, by this prescriber or anybody, and how it reads."""
    return [
        (each.id, ordered(each.terms), each.prescriber, *([each.by_word.taken_by] if each.by_word else ()))
        for each in seen.medication.waiting
        if prescriber in (None, each.prescriber)
    ]


def _there(seen: Bedside) -> bool:
    session = seen.session
    dosing = session.kind is VisitKind.DOSING
    return dosing and (session.state in {*THERE, SessionState.REFUSED} or session.patient_watched)


def _choice(name: str, options: Sequence[Option], word: str = "") -> Field:
    return Field(name=name, kind=Kind.CHOICE, options=options, word=word)


MEDICINE: Final = (
    field("medicine.medicine", Kind.TEXT),
    field("medicine.strength", Kind.TEXT),
    field("medicine.route", Kind.CHOICE, *MedicineRoute),
    field("medicine.unit", Kind.CHOICE, *MedicineUnit, word="medicine_unit"),
    field("medicine.least", Kind.AMOUNT),
    field("medicine.most", Kind.AMOUNT),
    field("medicine.in_visit", Kind.AMOUNT),
    field("medicine.interval_minutes", Kind.WHOLE),
    field("medicine.indication", Kind.PROSE),
    field("medicine.controlled", Kind.YES_NO),
    field("medicine.sign_limits.0.signal", Kind.CHOICE, *Signal),
    field("medicine.sign_limits.0.at_most", Kind.WHOLE),
    field("medicine.sign_limits.0.at_least", Kind.WHOLE),
    field("medicine.not_with", Kind.SEVERAL, *StopKind),
    field("despite_allergy", Kind.PROSE),
)
BY_WORD: Final = (
    Field(name="prescriber", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER,)),
    field("read_back", Kind.YES_NO),
    field("reason", Kind.PROSE, word="why_by_word"),
)


def _giving(seen: Bedside, _: Actor) -> Fields:
    drawn = [Field(name="draw", kind=Kind.CHOICE, options=medicines_drawn(seen), parts=("container_id", "draw_id"))]
    return (
        _choice("order_id", _orders(_may_be_given(seen))),
        field("amount", Kind.AMOUNT, word="given_amount"),
        field("allergic", Kind.YES_NO, word="allergic_to_it"),
        field("given_at", Kind.MOMENT),
        *(drawn if _controlled(seen) else ()),
    )


def _withholding(seen: Bedside, _: Actor) -> Fields:
    return (
        _choice("order_id", _orders(seen.offers)),
        field("why", Kind.CHOICE, *NotGivenReason),
        field("reason", Kind.PROSE),
    )


def _drawing(seen: Bedside, _: Actor) -> Fields:
    return (
        _choice("order_id", _orders(_controlled(seen))),
        _choice("container_id", containers(seen)),
        field("quantity", Kind.AMOUNT),
    )


def _following(seen: Bedside, _: Actor) -> Fields:
    return (
        _choice("administration_id", _given(seen)),
        field("relief", Kind.CHOICE, *Relief),
        field("note", Kind.PROSE),
    )


def _correcting(seen: Bedside, _: Actor) -> Fields:
    return (
        _choice("administration_id", _given(seen)),
        field("amount", Kind.AMOUNT, word="given_amount"),
        field("given_at", Kind.MOMENT, word="given_instead"),
        field("reason", Kind.PROSE),
    )


def _answering(seen: Bedside, actor: Actor) -> Fields:
    return (
        _choice("order_id", _waiting(seen, actor.id), word="taken_order"),
        field("signed", Kind.YES_NO),
        field("reason", Kind.PROSE, word="why_refused"),
    )


def _renaming(seen: Bedside, _: Actor) -> Fields:
    return (
        _choice("order_id", _waiting(seen), word="taken_order"),
        Field(name="prescriber", kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER,)),
        field("reason", Kind.PROSE),
    )


async def _order(app: Sessions, asked: Asked[NewMedicineOrder], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = OrderMedicine(asked.session_id, body.medicine.terms(), body.despite_allergy or "")
    return await app.order_medicine(command, actor, key)


async def _take(app: Sessions, asked: Asked[NewVerbalOrder], actor: Actor, key: RequestKey) -> object:
    return await app.take_verbal_order(asked.body.said(asked.session_id), actor, key)


async def _answer(app: Sessions, asked: Asked[Answering], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = AnswerVerbalOrder(asked.session_id, MedicineOrderId(body.order_id), body.signed, body.reason or "")
    return await app.answer_verbal_order(command, actor, key)


async def _rename(app: Sessions, asked: Asked[CorrectingOrder], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    order_id, prescriber = MedicineOrderId(body.order_id), StaffId(body.prescriber)
    return await app.correct_verbal_order(
        CorrectVerbalOrder(asked.session_id, order_id, prescriber, body.reason), actor, key
    )


async def _draw(app: Sessions, asked: Asked[DrawingMedicine], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = DrawDrug(ContainerId(body.container_id), asked.session_id, body.quantity, body.order_id)
    return await app.draw_drug(command, actor, key)


async def _give(app: Sessions, asked: Asked[Giving], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = GiveMedicine(
        asked.session_id, body.order_id, MedicineAmount(body.amount), body.given_at, body.allergic, body.drawn()
    )
    return await app.give_medicine(command, actor, key)


async def _withhold(app: Sessions, asked: Asked[NewNotGiven], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    return await app.withhold_medicine(
        WithholdMedicine(asked.session_id, body.order_id, body.why, body.reason), actor, key
    )


async def _follow(app: Sessions, asked: Asked[NewEffect], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = RecordEffect(asked.session_id, AdministrationId(body.administration_id), body.relief, body.note or "")
    return await app.record_effect(command, actor, key)


async def _correct(app: Sessions, asked: Asked[MedicineCorrection], actor: Actor, key: RequestKey) -> object:
    return await app.correct_medicine(asked.body.said(asked.session_id), actor, key)


MEDICINE_FORMS: Final = (
    BedsideForm("give-medicine", Giving, _give, lambda seen: bool(_may_be_given(seen)), _giving),
    BedsideForm("draw-medicine", DrawingMedicine, _draw, lambda seen: bool(_controlled(seen)), _drawing),
    BedsideForm(
        "withhold-medicine", NewNotGiven, _withhold, lambda seen: _there(seen) and bool(seen.offers), _withholding
    ),
    BedsideForm("medicine-effect", NewEffect, _follow, lambda seen: bool(seen.medication.given), _following),
    BedsideForm(
        "correct-medicine", MedicineCorrection, _correct, lambda seen: bool(seen.medication.given), _correcting
    ),
    BedsideForm("medicine-order", NewMedicineOrder, _order, _there, lambda _, __: MEDICINE),
    BedsideForm("verbal-order", NewVerbalOrder, _take, _there, lambda _, __: (*MEDICINE, *BY_WORD)),
    BedsideForm("correct-order", CorrectingOrder, _rename, lambda seen: bool(seen.medication.waiting), _renaming),
    BedsideForm("answer-order", Answering, _answer, lambda seen: bool(seen.medication.waiting), _answering),
)
"""In the order in which they are used most."""
