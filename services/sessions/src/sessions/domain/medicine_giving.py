"""Whether a medicine may be given by an order: the patient is there, nothing that is known speaks against it, it is
neither too soon nor too much.

Invariant: all that was given of a medicine in a visit counts together, under whichever order, as the most and at every
time that was ever written down.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from careflow_domain.errors import DomainError, conflict, invalid
from sessions.domain.administrations import Administration, ByOrder, FromDraw, OrderBasis
from sessions.domain.allergies import allergies_to
from sessions.domain.corrections import ReadingList, written_into
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_orders import Despite
from sessions.domain.medicines import MedicineTerms
from sessions.domain.policy import SessionsPolicy
from sessions.domain.readings import Reading, standing
from sessions.domain.sessions import Session
from sessions.domain.states import UNDER_WAY, SessionState
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount, Milligrams

THERE = frozenset({SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED, *UNDER_WAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a medicine is judged by. `findings` are the alarming ones about the patient that nobody has resolved,
    `known_allergies` what screening says they are allergic to.
    """

    session: Session
    record: MedicationRecord
    findings: Collection[StopKind] = field(repr=False)
    policy: SessionsPolicy
    now: datetime
    known_allergies: tuple[str, ...] = field(default=(), repr=False)

    @property
    def allergies(self) -> tuple[str, ...]:
        """What the patient is allergic to, in words: as it is known, and as they have said in this visit."""
        return tuple(dict.fromkeys((*self.known_allergies, *self.record.allergies_told)))

    def allergies_to(self, terms: MedicineTerms) -> tuple[str, ...]:
        """Those that may be to this medicine."""
        return allergies_to(terms.medicine, self.allergies, self.policy.medicines.also_named.value)

    def despite_allergies(self, terms: MedicineTerms, reason: str) -> Despite | None:
        """A prescriber orders it all the same, and says why; None where nothing speaks against it. Refused:
        `allergy_known`.
        """
        known = self.allergies_to(terms)
        if known and not reason.strip():
            raise conflict("allergy_known", "An allergy to it is known: a prescriber orders it with a reason, or not.")
        return Despite(reason=reason, allergies=known) if known else None

    def must_have_patient(self) -> None:
        """Refused: `not_a_dosing_session`, `wrong_state`."""
        self.session.must_be_dosing()
        refusal, longest = self.session.refusal, timedelta(hours=self.policy.gate.session_hours.value)
        refused_today = refusal is not None and self.now - refusal.at <= longest
        if self.session.state is SessionState.REFUSED and refused_today:
            return
        if not self.session.patient_watched:
            self.session.must_be(*THERE)

    @property
    def left_at(self) -> datetime | None:
        """When the patient left; None while they are there, and of a visit that never began."""
        return self.session.left_at

    @property
    def written_late(self) -> bool:
        """Whether the patient has left, and what was given before may still be written down."""
        longest = timedelta(hours=self.policy.gate.session_hours.value)
        return self.left_at is not None and self.now - self.left_at <= longest

    def must_allow(self, order: ByOrder, at: datetime, *, allergic: bool) -> None:
        """Whether anything may be given by this order at that time to somebody who says so of this medicine. Refused:
        `given_in_future`, `given_too_long_ago`, `allergy_known`, `allergic_to_medicine`, `allergies_not_asked`,
        `contraindicated_by_finding`, `signs_not_recent`, `contraindicated_by_signs`, `medicine_in_other_unit`,
        `medicine_too_soon`, `visit_maximum_reached`, and what `must_have_patient` refuses of a time after they left.
        """
        self._must_have_been_there(at)
        self._must_be_of_visit(at)
        for objection in self.objections(order, at, allergic=allergic):
            raise objection

    def must_allow_amount(self, order: ByOrder, amount: MedicineAmount) -> None:
        """Refused: `amount_outside_order`, `visit_maximum_exceeded`."""
        for objection in self.amount_objections(order, amount):
            raise objection

    def objections(self, order: ByOrder, at: datetime, *, allergic: bool) -> Iterator[DomainError]:
        """All that speaks against giving anything by this order at that time."""
        terms = order.terms
        yield from self.allergy_objections(order, allergic=allergic)
        if order.basis is OrderBasis.STANDING and self.session.checks.reconciliation is None:
            yield conflict("allergies_not_asked", "Medicines and allergies have not been gone through today.")
        if terms.not_with & set(self.findings):
            yield conflict("contraindicated_by_finding", "A finding that stands speaks against it: ask a prescriber.")
        yield from self._against_by_signs(terms, at)
        same = self.same(terms)
        if any(each.order.terms.unit is not terms.unit for each in same):
            yield conflict("medicine_in_other_unit", "It was given in another unit; one visit counts it in one.")
        if any(abs(at - time) < terms.interval for each in same for time in each.times):
            yield conflict("medicine_too_soon", "The order asks for more time between two doses.")
        if terms.in_visit is not None and self._given(terms) + terms.least > terms.in_visit:
            yield conflict("visit_maximum_reached", "No further dose is within the most of this order in one visit.")

    def allergy_objections(self, order: ByOrder, *, allergic: bool) -> Iterator[DomainError]:
        """What speaks against it of what the patient is known, or says, to be allergic to."""
        if not set(self.allergies_to(order.terms)) <= set(order.despite):
            yield conflict("allergy_known", "An allergy to it is known, and by this order nobody decided on that.")
        if allergic and not order.despite:
            yield conflict("allergic_to_medicine", "It is not given to who says they are allergic to it.")

    def amount_objections(self, order: ByOrder, amount: MedicineAmount) -> Iterator[DomainError]:
        """All that speaks against so much by this order."""
        terms = order.terms
        if not terms.least <= amount <= terms.most:
            yield invalid("amount_outside_order", "The order allows another amount.")
        if terms.in_visit is not None and self._given(terms) + amount > terms.in_visit:
            yield conflict("visit_maximum_exceeded", "With this more would be given in the visit than was ordered.")

    def must_allow_draw(self, order: ByOrder, mass: Milligrams, drawn_up: Milligrams) -> None:
        """Whether so much may be drawn up for a dose by this order, with so much of it drawn up already. Refused:
        `medicine_not_controlled`, `draw_above_order`, and what `must_have_patient` refuses.
        """
        terms = order.terms
        self.must_have_patient()
        if not terms.is_controlled(self.policy):
            raise conflict("medicine_not_controlled", "The drug log is for controlled drugs alone.")
        together = self._given(terms).value + drawn_up.value + mass.value
        if mass.value > terms.most.value or (terms.in_visit is not None and together > terms.in_visit.value):
            raise conflict("draw_above_order", "With this more would be drawn up than was ordered at most.")

    def must_be_drawn(self, order: ByOrder, drawn: FromDraw | None) -> None:
        """A controlled medicine is given out of a draw, and nothing else is. Refused: `controlled_without_draw`,
        `medicine_not_controlled`.
        """
        for objection in self.draw_objections(order, drawn):
            raise objection
        if drawn is not None and not order.terms.is_controlled(self.policy):
            raise conflict("medicine_not_controlled", "The drug log is for controlled drugs alone.")

    def draw_objections(self, order: ByOrder, drawn: FromDraw | None) -> Iterator[DomainError]:
        """What speaks against giving it out of this draw, or out of none."""
        if drawn is None and order.terms.is_controlled(self.policy):
            yield invalid(
                "controlled_without_draw", "A controlled medicine is drawn up in the drug log before it is given."
            )

    def too_late(self, at: datetime) -> Iterator[DomainError]:
        """Why the ordinary way takes nothing of that time any more, though it was a time of the visit."""
        try:
            self._must_have_been_there(at)
            self._must_be_of_visit(at)
        except DomainError as refused:
            yield refused

    def why_not(self, order: ByOrder) -> DomainError | None:
        """Why nothing may be given by this order now, or could be when the patient left, as far as is known without
        asking them.
        """
        try:
            self.must_allow(order, self.left_at or self.now, allergic=False)
        except DomainError as refused:
            return refused
        return None

    def _must_have_been_there(self, at: datetime) -> None:
        """What was given before the patient left may be written down afterwards, nothing of while they were away."""
        if self.left_at is None and self.session.gone_at(at):
            raise invalid("given_after_leaving", "Nothing was given in this session after the patient had left.")
        if self.left_at is None or at > self.left_at:
            self.must_have_patient()
        self.session.must_be_dosing()

    def _must_be_of_visit(self, at: datetime) -> None:
        if at > self.now:
            raise invalid("given_in_future", "Nothing was given at a time that has not come.")
        if self.now - at > timedelta(hours=self.policy.gate.session_hours.value):
            raise invalid("given_too_long_ago", "That was before this visit can have begun.")

    def _against_by_signs(self, terms: MedicineTerms, at: datetime) -> Iterator[DomainError]:
        """The newest signs count, as the worst that was ever written down of them."""
        if not terms.sign_limits:
            return
        newest = self._newest(at)
        fresh = timedelta(minutes=self.policy.medicines.signs_fresh_minutes.value)
        if not newest or any(at - each.earliest > fresh for each in newest):
            yield conflict("signs_not_recent", "This is given by vital signs: observe them first.")
            return
        written = [each for reading in newest for each in reading.written]
        if any(limit.forbids(each) for limit in terms.sign_limits for each in written):
            yield conflict("contraindicated_by_signs", "At these vital signs, or without one of them, it is not given.")

    def _newest(self, at: datetime) -> list[Reading]:
        """The readings of the last moment before that at which there were any."""
        every = (each for among in ReadingList for each in standing(written_into(self.session, among)))
        before = [each for each in every if each.signs.observed_at <= at]
        last = max((each.signs.observed_at for each in before), default=None)
        return [each for each in before if each.signs.observed_at == last]

    def same(self, terms: MedicineTerms) -> list[Administration]:
        """What was given of this medicine, or ever said to have been."""
        return [each for each in self.record.given if each.order.terms.is_same(terms)]

    def _given(self, terms: MedicineTerms) -> MedicineAmount:
        return sum((each.at_most for each in self.same(terms)), MedicineAmount.none())
