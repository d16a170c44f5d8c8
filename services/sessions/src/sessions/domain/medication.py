"""The medication record of a session: what was ordered beside the dose, what was given of it, and what was not.

Invariants: one record for each session; it is added to and put right, nothing is taken out of it; nothing is given but
by an order and within it, or it is marked and reviewed; what is given ends no breach, no stop and no gate by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self, TypeVar

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import invalid, not_found
from sessions.domain.administrations import (
    Administration,
    ByOrder,
    Effect,
    MedicineAmendment,
    NotGiven,
    NotGivenReason,
    OutsideOrder,
)
from sessions.domain.adverse_events import Review
from sessions.domain.corrections import Corrector
from sessions.domain.ids import AdministrationId, MedicineOrderId, PatientId, SessionId, StaffId
from sessions.domain.medicine_orders import Answer, MedicineOrder
from sessions.domain.policy import SessionsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSignatureFact(Fact):
    """`sign_by` is when the prescriber is to have answered an order that was taken from them by word."""

    patient_id: PatientId
    order_id: MedicineOrderId
    sign_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSignatureDue(OrderSignatureFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSignatureCompleted(OrderSignatureFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSignatureOverdue(OrderSignatureFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineAllergyTold(Fact):
    """The patient said what they are allergic to when a medicine was to be given."""

    patient_id: PatientId
    session_id: SessionId
    medicine: str = field(repr=False)
    reaction: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineReviewFact(Fact):
    """A medicine was given outside its order; `review_by` is when a prescriber is to have reviewed it."""

    patient_id: PatientId
    session_id: SessionId
    administration_id: AdministrationId
    review_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineReviewDue(MedicineReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineReviewCompleted(MedicineReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineReviewOverdue(MedicineReviewFact):
    pass


T = TypeVar("T", bound=MedicineReviewFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationRecord(Aggregate):
    """`id` is its session's; everything in the order in which it was written down."""

    id: SessionId
    patient_id: PatientId
    orders: tuple[MedicineOrder, ...] = field(default=(), repr=False)
    given: tuple[Administration, ...] = field(default=(), repr=False)
    not_given: tuple[NotGiven, ...] = field(default=(), repr=False)

    @property
    def waiting(self) -> tuple[MedicineOrder, ...]:
        """Orders that were taken by word and wait for their prescriber, the most urgent first."""
        waiting = (each for each in self.orders if each.waits)
        return tuple(sorted(waiting, key=_sign_by))

    @property
    def sign_by(self) -> datetime | None:
        """When the most urgent of them is to be signed."""
        return _sign_by(self.waiting[0]) if self.waiting else None

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that a signature is late."""
        return min((each.overdue_at for each in self.orders if each.overdue_at), default=None)

    @property
    def allergies_told(self) -> tuple[str, ...]:
        """The medicines the patient said they are allergic to, when they were to be given or had been."""
        held = (each.order for each in self.not_given if each.why is NotGivenReason.ALLERGIC)
        given = (each.order for each in self.given if each.outside is not None and each.outside.allergic)
        return tuple(dict.fromkeys(order.terms.medicine for order in (*held, *given)))

    @property
    def to_review(self) -> tuple[tuple[Administration, OutsideOrder], ...]:
        """What was given outside its order and waits for a review, with its mark."""
        marked = ((each, each.outside) for each in self.given)
        return tuple((each, mark) for each, mark in marked if mark is not None and mark.awaits_review)

    @property
    def review_by(self) -> datetime | None:
        """By when the most urgent review of something given outside its order is to be decided."""
        return min((mark.review_by for _, mark in self.to_review), default=None)

    @property
    def review_overdue_at(self) -> datetime | None:
        """When it must be said next that such a review is late."""
        marks = (each.outside for each in self.given if each.outside is not None)
        return min((mark.overdue_at for mark in marks if mark.overdue_at is not None), default=None)

    def find_order(self, order_id: str) -> MedicineOrder | None:
        return next((each for each in self.orders if each.id == order_id), None)

    def order(self, order_id: str) -> MedicineOrder:
        """Refused: `medicine_order_not_found`."""
        found = self.find_order(order_id)
        if found is None:
            raise not_found("medicine_order")
        return found

    def administration(self, administration_id: AdministrationId) -> Administration:
        """Refused: `administration_not_found`."""
        found = next((each for each in self.given if each.id == administration_id), None)
        if found is None:
            raise not_found("administration")
        return found

    def ordered(self, order: MedicineOrder) -> Self:
        """A prescriber wrote it, or somebody took it from one by word."""
        after = replace(self.recording(), orders=(*self.orders, order))
        return after.saying(OrderSignatureDue(**after._told(order), at=order.at)) if order.waits else after

    def answered(self, order_id: MedicineOrderId, answer: Answer, *, by: StaffId) -> Self:
        """The prescriber signs or refuses what was taken from them by word, in time or not. Refused:
        `medicine_order_not_found`, and what `MedicineOrder.answered` refuses.
        """
        after = self._with_order(self.order(order_id).answered(answer, by=by))
        return after.saying(OrderSignatureCompleted(**after._told(after.order(order_id)), at=answer.at))

    def taken_from(self, order_id: MedicineOrderId, prescriber: StaffId, corrector: Corrector) -> Self:
        """Refused: `medicine_order_not_found`, and what `MedicineOrder.taken_from` refuses."""
        return self._with_order(self.order(order_id).taken_from(prescriber, corrector))

    def overdue(self, *, now: datetime) -> Self:
        """The time of a signature has run out; before that nothing changes."""
        late = [each for each in self.orders if each.overdue_at is not None and each.overdue_at <= now]
        if not late:
            return self
        said = tuple(each.overdue() if each in late else each for each in self.orders)
        after = replace(self.recording(), orders=said)
        return after.saying(*(OrderSignatureOverdue(**after._told(each), at=_sign_by(each)) for each in late))

    def gave(self, administration: Administration) -> Self:
        """It was given; whether it may be is `medicine_giving`'s to say."""
        return replace(self.recording(), given=(*self.given, administration))

    def gave_outside(self, given: Administration) -> Self:
        """It was given although something stood against it; `medicine_given_outside` says of what that is written down.
        That the patient is allergic is told as when it is withheld.
        """
        mark = given.outside
        assert mark is not None
        after = self.gave(given)
        if mark.allergic:
            after = after.saying(after._allergy_told(given.order, mark.reason, mark.recorded_at))
        return after.saying(after._review(MedicineReviewDue, given, mark.recorded_at))

    def reviewed(self, administration_id: AdministrationId, review: Review) -> Self:
        """A prescriber who had no hand in it reviewed it. Refused: `administration_not_found`, and what `Mark.reviewed`
        refuses.
        """
        given = self.administration(administration_id)
        if given.outside is None:
            raise not_found("administration")
        mark = given.outside.reviewed(review, given_by=given.by)
        after = self._with_given(administration_id, lambda each: replace(each, outside=mark))
        return after if mark.awaits_review else after.saying(after._review(MedicineReviewCompleted, given, review.at))

    def reviews_overdue(self, *, now: datetime) -> Self:
        """Say of each review that is late that it is, once; before that, or once it is decided, nothing changes."""
        late = [
            (given, mark)
            for given in self.given
            if (mark := given.outside) is not None and mark.overdue_at is not None and mark.overdue_at <= now
        ]
        after = self
        for given, mark in late:
            after = after._with_given(given.id, _said_overdue)
            after = after.saying(after._review(MedicineReviewOverdue, given, mark.review_by))
        return after

    def withheld(self, not_given: NotGiven) -> Self:
        """It was not given. Refused: `reason_missing`."""
        if not not_given.reason.strip():
            raise invalid("reason_missing", "Of what is not given it is written down why.")
        after = replace(self.recording(), not_given=(*self.not_given, not_given))
        if not_given.why is not NotGivenReason.ALLERGIC:
            return after
        return after.saying(after._allergy_told(not_given.order, not_given.reason, not_given.at))

    def followed(self, administration_id: AdministrationId, effect: Effect) -> Self:
        """Refused: `administration_not_found`, and what `Administration.followed` refuses."""
        return self._with_given(administration_id, lambda each: each.followed(effect))

    def corrected(
        self,
        administration_id: AdministrationId,
        amendment: MedicineAmendment,
        corrector: Corrector,
        policy: SessionsPolicy,
    ) -> Self:
        """Refused: `administration_not_found`, and what `Administration.corrected` refuses."""
        return self._with_given(administration_id, lambda each: each.corrected(amendment, corrector, policy))

    def _with_given(
        self, administration_id: AdministrationId, change: Callable[[Administration], Administration]
    ) -> Self:
        after = change(self.administration(administration_id))
        given = tuple(after if each.id == administration_id else each for each in self.given)
        return replace(self.recording(), given=given)

    def _with_order(self, order: MedicineOrder) -> Self:
        orders = tuple(order if each.id == order.id else each for each in self.orders)
        return replace(self.recording(), orders=orders)

    def _allergy_told(self, order: ByOrder, reaction: str, at: datetime) -> MedicineAllergyTold:
        return MedicineAllergyTold(
            patient_id=self.patient_id,
            session_id=self.id,
            at=at,
            medicine=order.terms.medicine,
            reaction=reaction,
        )

    def _review(self, fact: type[T], given: Administration, at: datetime) -> T:
        assert given.outside is not None
        return fact(
            patient_id=self.patient_id,
            session_id=self.id,
            administration_id=given.id,
            review_by=given.outside.review_by,
            at=at,
        )

    def _told(self, order: MedicineOrder) -> dict[str, Any]:
        return {"patient_id": self.patient_id, "order_id": order.id, "sign_by": _sign_by(order)}


def _said_overdue(given: Administration) -> Administration:
    assert given.outside is not None
    return replace(given, outside=replace(given.outside, said_overdue=True))


def _sign_by(order: MedicineOrder) -> datetime:
    assert order.by_word is not None
    return order.by_word.sign_by
