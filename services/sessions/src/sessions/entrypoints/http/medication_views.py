"""What was ordered and given beside the dose, as it is shown."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from sessions.application.medication import Offer
from sessions.domain.administrations import (
    Administration,
    NotGiven,
    NotGivenReason,
    OrderBasis,
    OutsideOrder,
    Relief,
)
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_orders import ByWord, MedicineOrder
from sessions.domain.medicines import MedicineUnit
from sessions.entrypoints.http.dose_views import DoseReviewView
from sessions.entrypoints.http.medicine_bodies import MedicineView, medicine_view
from sessions.entrypoints.http.schemas import Shown, View


class AnswerView(View):
    """Whether the prescriber signed it, or why not."""

    signed: bool
    reason: str
    at: datetime


class NamedBeforeView(View):
    prescriber: str
    by: str
    at: datetime
    reason: str


class ByWordView(BaseModel):
    """`earlier` are those it was said to come from wrongly, and who put that right."""

    taken_by: str
    reason: str
    sign_by: datetime
    overdue: bool
    answer: AnswerView | None
    earlier: tuple[NamedBeforeView, ...]


class DespiteView(View):
    """The known allergies it was ordered in spite of, and why."""

    reason: str
    allergies: tuple[str, ...]


class MedicineOrderView(BaseModel):
    """`by_word` is null for what the prescriber wrote; `disputed`: the prescriber has refused it. `despite` is null
    where no allergy to it was known.
    """

    id: str
    medicine: MedicineView
    prescriber: str
    at: datetime
    policy_version: str
    disputed: bool
    by_word: ByWordView | None
    despite: DespiteView | None


class EffectView(View):
    relief: Relief
    note: str
    by: str
    at: datetime


class WrittenView(BaseModel):
    """What stood there before, and who put it right, when and why."""

    amount: Shown
    given_at: datetime
    by: str
    at: datetime
    reason: str


class OutsideOrderView(BaseModel):
    """The mark of a medicine that was given although something stood `against` it, named by the codes of the refusals.
    `allergic`: the patient says they are allergic to it. `giver_absent`: who gave it is not on record as in the session
    then. `holds_dosing`: further doses wait for a review, or for another one.
    """

    reason: str
    ordered_by: str | None
    recorded_by: str
    recorded_at: datetime
    review_by: datetime
    policy_version: str
    against: tuple[str, ...]
    allergic: bool
    giver_absent: bool
    holds_dosing: bool
    reviews: tuple[DoseReviewView, ...]

    @classmethod
    def of(cls, mark: OutsideOrder) -> Self:
        named = {name: getattr(mark, name) for name in cls.model_fields if name != "reviews"}
        return cls(**named, reviews=tuple(DoseReviewView.model_validate(each) for each in mark.reviews))


class AdministrationView(BaseModel):
    """`amount` as it stands, in `unit`, "0" for what turned out not to have been given; what it was before is in
    `earlier`. `draw_id` is what a controlled medicine was given out of; `order_id` is null where nobody had ordered it,
    and `outside_order` where its order allowed it.
    """

    id: str
    order_id: str | None
    basis: OrderBasis
    medicine: MedicineView
    amount: Shown
    unit: MedicineUnit
    given_at: datetime
    by: str
    recorded_at: datetime
    container_id: str | None
    draw_id: str | None
    effects: tuple[EffectView, ...]
    earlier: tuple[WrittenView, ...]
    outside_order: OutsideOrderView | None


class NotGivenView(BaseModel):
    order_id: str
    basis: OrderBasis
    medicine: str
    why: NotGivenReason
    reason: str
    by: str
    at: datetime


class MedicationView(BaseModel):
    """Everything that was ordered and given beside the dose, in the order in which it was written down."""

    orders: tuple[MedicineOrderView, ...]
    given: tuple[AdministrationView, ...]
    not_given: tuple[NotGivenView, ...]


class OfferView(BaseModel):
    """An order by which a medicine may be given now; `refused` is the code of why not."""

    order_id: str
    basis: OrderBasis
    medicine: MedicineView
    prescriber: str
    refused: str | None


class MedicinesView(MedicationView):
    """`allergies` are those known, and those told in this session, as they were written."""

    id: str
    offers: tuple[OfferView, ...]
    allergies: tuple[str, ...]


class MedicineToReviewView(BaseModel):
    """`review_by` is when a prescriber is to have reviewed it."""

    session_id: str
    patient_id: str
    review_by: datetime
    medicine: AdministrationView


class WaitingOrderView(BaseModel):
    session_id: str
    patient_id: str
    order: MedicineOrderView


def medication_view(record: MedicationRecord | None) -> MedicationView:
    if record is None:
        return MedicationView(orders=(), given=(), not_given=())
    return MedicationView(
        orders=tuple(order_view(each) for each in record.orders),
        given=tuple(administration_view(each) for each in record.given),
        not_given=tuple(_not_given(each) for each in record.not_given),
    )


def order_view(order: MedicineOrder) -> MedicineOrderView:
    return MedicineOrderView(
        id=order.id,
        medicine=medicine_view(order.terms),
        prescriber=order.prescriber,
        at=order.at,
        policy_version=order.policy_version,
        disputed=order.disputed,
        by_word=None if order.by_word is None else _by_word(order.by_word),
        despite=DespiteView.model_validate(order.despite) if order.despite else None,
    )


def offer_view(offer: Offer) -> OfferView:
    return OfferView(
        order_id=offer.order.id,
        basis=offer.order.basis,
        medicine=medicine_view(offer.order.terms),
        prescriber=offer.prescriber,
        refused=offer.refused.code if offer.refused else None,
    )


def _by_word(heard: ByWord) -> ByWordView:
    return ByWordView(
        taken_by=heard.taken_by,
        reason=heard.reason,
        sign_by=heard.sign_by,
        overdue=heard.said_overdue and heard.answer is None,
        answer=AnswerView.model_validate(heard.answer) if heard.answer else None,
        earlier=tuple(NamedBeforeView.model_validate(each) for each in heard.earlier),
    )


def administration_view(given: Administration) -> AdministrationView:
    return AdministrationView(
        id=given.id,
        order_id=None if given.order.basis is OrderBasis.NONE else given.order.id,
        basis=given.order.basis,
        medicine=medicine_view(given.order.terms),
        amount=given.amount.value,
        unit=given.order.terms.unit,
        given_at=given.given_at,
        by=given.by,
        recorded_at=given.recorded_at,
        container_id=given.drawn.container_id if given.drawn else None,
        draw_id=given.drawn.draw_id if given.drawn else None,
        effects=tuple(EffectView.model_validate(each) for each in given.effects),
        earlier=tuple(
            WrittenView(amount=each.amount.value, given_at=each.given_at, by=each.by, at=each.at, reason=each.reason)
            for each in given.earlier
        ),
        outside_order=OutsideOrderView.of(given.outside) if given.outside else None,
    )


def _not_given(each: NotGiven) -> NotGivenView:
    return NotGivenView(
        order_id=each.order.id,
        basis=each.order.basis,
        medicine=each.order.terms.medicine,
        why=each.why,
        reason=each.reason,
        by=each.by,
        at=each.at,
    )
