"""The medication record of a session: what was ordered beside the dose, what was given of it, and what was not.

Invariants: one record for each session; it is added to and put right, nothing is taken out of it; nothing is given but
by an order and within it; what is given ends no breach, no stop and no gate by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import invalid, not_found
from sessions.domain.administrations import Administration, Effect, MedicineAmendment, NotGiven, NotGivenReason
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
        """The medicines that were not given because the patient said they are allergic to them."""
        return tuple(each.order.terms.medicine for each in self.not_given if each.why is NotGivenReason.ALLERGIC)

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

    def withheld(self, not_given: NotGiven) -> Self:
        """It was not given. Refused: `reason_missing`."""
        if not not_given.reason.strip():
            raise invalid("reason_missing", "Of what is not given it is written down why.")
        after = replace(self.recording(), not_given=(*self.not_given, not_given))
        if not_given.why is not NotGivenReason.ALLERGIC:
            return after
        told = MedicineAllergyTold(
            patient_id=self.patient_id,
            session_id=self.id,
            at=not_given.at,
            medicine=not_given.order.terms.medicine,
            reaction=not_given.reason,
        )
        return after.saying(told)

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

    def _told(self, order: MedicineOrder) -> dict[str, Any]:
        return {"patient_id": self.patient_id, "order_id": order.id, "sign_by": _sign_by(order)}


def _sign_by(order: MedicineOrder) -> datetime:
    assert order.by_word is not None
    return order.by_word.sign_by
