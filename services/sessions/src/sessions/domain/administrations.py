"""What became of an order for a medicine: some of it was given, or it was not.

Invariants: what was written down stays, with who wrote what when and why; further doses are judged by the most, and by
every time, that was ever written down; an amount put right to nothing was not given at all.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import invalid
from sessions.domain.corrections import Corrector
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, StaffId
from sessions.domain.marks import Mark
from sessions.domain.medicines import MedicineTerms
from sessions.domain.policy import SessionsPolicy
from sessions.domain.units import MedicineAmount


class OrderBasis(StrEnum):
    """By what kind of order something is given."""

    STANDING = "standing"
    WRITTEN = "written"
    VERBAL = "verbal"
    NONE = "none"
    """Nobody had ordered it; its terms say what was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOrder:
    """Which order, and its words as they were then; `despite` are the allergies it was ordered in spite of."""

    basis: OrderBasis
    id: str
    terms: MedicineTerms
    despite: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideOrder(Mark):
    """The mark of a medicine that was given although something stood against it; `against` is what did, by the codes of
    the refusals, as it was known when it was written down. `allergic`: the patient says they are allergic to it.
    """

    against: tuple[str, ...]
    allergic: bool = field(default=False, repr=False)


class Relief(StrEnum):
    """What came of it. What did harm is an adverse event of its own."""

    RELIEVED = "relieved"
    PARTLY = "partly"
    NOT_RELIEVED = "not_relieved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Somebody looked whether it helped."""

    relief: Relief = field(repr=False)
    note: str = field(default="", repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stood there before somebody put it right: how much, when given, and who says otherwise, when and why."""

    amount: MedicineAmount = field(repr=False)
    given_at: datetime
    by: StaffId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineAmendment:
    """What should have been written down; None is right as it was."""

    amount: MedicineAmount | None = field(default=None, repr=False)
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FromDraw:
    """What a controlled medicine was given out of: a draw of the drug log."""

    container_id: ContainerId
    draw_id: DrawId


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """Some of a medicine was given at `given_at`, in the unit of its order, and written down at `recorded_at`. `drawn`
    is None for what is not controlled, or did not come out of the drug log; `outside` of what its order allowed.
    """

    id: AdministrationId
    order: ByOrder
    amount: MedicineAmount = field(repr=False)
    given_at: datetime
    by: StaffId
    recorded_at: datetime
    drawn: FromDraw | None = None
    effects: tuple[Effect, ...] = field(default=(), repr=False)
    earlier: tuple[Written, ...] = field(default=(), repr=False)
    outside: OutsideOrder | None = None

    @property
    def written_by(self) -> frozenset[StaffId]:
        """Who wrote it down, or put it right since; of what is not marked, whoever gave it wrote it down."""
        first = self.by if self.outside is None else self.outside.recorded_by
        return frozenset({self.by, first, *(each.by for each in self.earlier)})

    @property
    def at_most(self) -> MedicineAmount:
        """The most that was ever said to have been given."""
        return max(self.amount, *(each.amount for each in self.earlier)) if self.earlier else self.amount

    @property
    def times(self) -> tuple[datetime, ...]:
        """Every time at which it was ever said to have been given."""
        return (self.given_at, *(each.given_at for each in self.earlier))

    def followed(self, effect: Effect) -> Self:
        """Its effect was looked at. Refused: `effect_before_given`."""
        if effect.at < self.given_at:
            raise invalid("effect_before_given", "Nobody sees an effect before anything was given.")
        return replace(self, effects=(*self.effects, effect))

    def corrected(self, amendment: MedicineAmendment, corrector: Corrector, policy: SessionsPolicy) -> Self:
        """How much was given, or when, is put right. Refused: `nothing_corrected`, `given_in_future`, and what
        `Corrector.must_be_allowed` refuses.
        """
        corrector.must_be_allowed(set(self.written_by), self.recorded_at, policy)
        amount = self.amount if amendment.amount is None else amendment.amount
        given_at = amendment.given_at or self.given_at
        if (amount, given_at) == (self.amount, self.given_at):
            raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
        if given_at > corrector.now:
            raise invalid("given_in_future", "Nothing was given at a time that has not come.")
        was = Written(
            amount=self.amount, given_at=self.given_at, by=corrector.by, at=corrector.now, reason=corrector.reason
        )
        return replace(self, amount=amount, given_at=given_at, earlier=(*self.earlier, was))


class NotGivenReason(StrEnum):
    """Why a medicine that could have been given was not."""

    REFUSED = "refused"
    """The patient does not want it."""
    HELD = "held"
    """Whoever would have given it held it back."""
    ALLERGIC = "allergic"
    """The patient says they are allergic to it; `reason` is what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGiven:
    order: ByOrder
    why: NotGivenReason = field(repr=False)
    reason: str = field(repr=False)
    by: StaffId
    at: datetime
