"""Charges for what was rendered. Invariant: one charge per cause, at one revision; a corrected revision reverses the
one before, an older or equal one changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.domain.ids import ChargeId, EntryId, PackageId, PatientId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money, total
from billing.domain.obstacles import Obstacle
from billing.domain.pricing import ChargeLine, Terms
from billing.domain.rendered import FEES, Rendered
from billing.domain.write_offs import WriteOff
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


class ChargeState(StrEnum):
    """WAITING: recorded, and something keeps it out of the books. EMPTY: nothing billable took place."""

    WAITING = "waiting"
    POSTED = "posted"
    EMPTY = "empty"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFact(Fact):
    charge: "Charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePosted(ChargeFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReversed(ChargeFact):
    """The charge is told as it was before, at the revision that no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(ChargeFact):
    write_off: WriteOff


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtRecovered(ChargeFact):
    """So much that was not going to be paid is paid after all."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageBlocked(ChargeFact):
    """A service that Medicare must be billed for by the clinician cannot be charged to the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Aggregate):
    """`paid` is what payments were allocated to it, `conceded` what the clinic gave back of that, `write_offs` what it
    does without; `entry_id` is the journal entry of the present revision. With `package_id` it is a visit of that
    package, at the package's price. `insured` is whether somebody but the patient may pay for it, `billed` whether a
    superbill in force has it.
    """

    id: ChargeId
    rendered: Rendered
    lines: tuple[ChargeLine, ...]
    state: ChargeState
    obstacles: tuple[Obstacle, ...]
    policy_version: str
    paid: Money
    conceded: Money
    entry_id: EntryId | None = None
    package_id: PackageId | None = None
    write_offs: tuple[WriteOff, ...] = ()
    insured: bool = False
    billed: bool = False

    @property
    def patient_id(self) -> PatientId:
        return self.rendered.patient_id

    @property
    def revision(self) -> int:
        return self.rendered.revision

    @property
    def amount(self) -> Money:
        """What is charged; nothing while it waits, or once it was reversed."""
        if self.state is not ChargeState.POSTED:
            return self.paid.nothing
        return total((line.amount for line in self.lines if line.amount is not None), self.paid.currency)

    @property
    def can_be_billed(self) -> bool:
        """Whether a superbill may have it and none does."""
        return self.state is ChargeState.POSTED and self.rendered.cause not in FEES and not self.billed

    @property
    def balance(self) -> Money:
        """What is still to be paid."""
        return self.amount - self.paid - self.written_off

    @property
    def kept(self) -> Money:
        """What was paid and not given back."""
        return self.paid - self.conceded

    @property
    def forgone(self) -> Money:
        """What the clinic does without, whether it was given back or is not asked for."""
        return self.conceded + self.written_off

    @property
    def written_off(self) -> Money:
        """What the clinic does without."""
        return total((each.amount for each in self.write_offs), self.paid.currency)

    @property
    def given_up(self) -> Money:
        """What nobody asks for any more, though the price has stayed: it can still be paid."""
        return total((each.amount for each in self.write_offs if not each.is_discount), self.paid.currency)

    @property
    def lowered(self) -> Money:
        """What it costs less in the end: given back, or not asked for, of the clinic's own will."""
        discounts = (each.amount for each in self.write_offs if each.is_discount)
        return self.conceded + total(discounts, self.paid.currency)

    @classmethod
    def of(cls, rendered: Rendered, terms: Terms, entry_id: EntryId, *, now: datetime) -> "Charge":
        """The charge for what took place, posted as `entry_id` unless something is in its way."""
        return cls._made(rendered, terms, entry_id, version=1, now=now)

    @classmethod
    def fee(
        cls,
        rendered: Rendered,
        description: str,
        amount: Money,
        policy_version: str,
        entry_id: EntryId,
        *,
        now: datetime,
        before: "Charge | None" = None,
    ) -> "Charge":
        """A fee for a visit that did not take place; `before` is its charge that was taken back, an older revision."""
        line = ChargeLine(
            service=None, description=description, amount=amount.expect_positive(), revenue=LedgerAccount.FEE_REVENUE
        )
        charge = cls(
            id=rendered.charge_id,
            rendered=rendered,
            lines=(line,),
            state=ChargeState.POSTED,
            obstacles=(),
            policy_version=policy_version,
            paid=amount.nothing,
            conceded=amount.nothing,
            entry_id=entry_id,
            version=before.version + 1 if before else 1,
        )
        return charge.saying(ChargePosted(charge=charge, at=now))

    def corrected(
        self,
        rendered: Rendered,
        terms: Terms,
        entry_id: EntryId,
        *,
        now: datetime,
    ) -> "Charge":
        """The charge at a newer revision. Its payments must have been released before."""
        after = self._made(rendered, terms, entry_id, version=self.version + 1, now=now)
        reversal = (ChargeReversed(charge=self, at=now),) if self.state is ChargeState.POSTED else ()
        return replace(after, facts=(*self.facts, *reversal, *after.facts))

    def retried(self, terms: Terms, entry_id: EntryId, *, now: datetime) -> "Charge":
        """The same revision once more, after what was in its way may have gone. Raises `charge_not_waiting`."""
        after = self.again(terms, entry_id, now=now)
        if after.obstacles:
            raise conflict("charge_still_waiting", "Something is still in its way.", obstacles=sorted(after.obstacles))
        return after

    def again(self, terms: Terms, entry_id: EntryId, *, now: datetime) -> "Charge":
        """The same revision as it is on these terms. Raises `charge_not_waiting`."""
        if self.state is not ChargeState.WAITING:
            raise conflict("charge_not_waiting", "Only a charge that waits can be posted again.")
        after = self._made(self.rendered, terms, entry_id, version=self.version + 1, now=now)
        return replace(after, write_offs=self.write_offs)

    def reversed(self, *, now: datetime) -> "Charge":
        """Nothing is owed for it any more, or ever will be where it waits: what keeps it out of the books may be there
        for good. Nobody was told of that one. Its payments must have been released before.
        """
        self.expect_reversible()
        if self.state is ChargeState.WAITING:
            return replace(self.recording(), state=ChargeState.REVERSED)
        after = replace(self.recording(ChargeReversed(charge=self, at=now)), state=ChargeState.REVERSED, entry_id=None)
        return after.check_paid()

    def expect_reversible(self) -> None:
        """Raises `charge_not_posted`."""
        if self.state not in (ChargeState.POSTED, ChargeState.WAITING):
            raise conflict("charge_not_posted", "Only a charge that is posted, or waits to be, can be reversed.")

    def paying(self, amount: Money) -> "Charge":
        """So much more of it is paid, or less if below zero. Raises `overpaid`."""
        return replace(self.recording(), paid=self.paid + amount).check_paid()

    def conceding(self, amount: Money) -> "Charge":
        """So much more of what was paid for it was given back, or less if below zero. Raises `overpaid`."""
        return replace(self.recording(), conceded=self.conceded + amount).check_paid()

    def writing_off(self, write_off: WriteOff, *, now: datetime) -> "Charge":
        """The clinic does without so much of what is owed. Raises `write_off_above_owed` and `waive_the_fee`."""
        if write_off.is_discount and self.rendered.cause in FEES:
            raise conflict("waive_the_fee", "A fee is waived, so that its reason is kept.")
        if write_off.amount.expect_positive() > self.balance:
            raise conflict("write_off_above_owed", "No more can be written off than is owed.")
        after = replace(self.recording(), write_offs=(*self.write_offs, write_off)).check_paid()
        return after.saying(WrittenOff(charge=after, write_off=write_off, at=now))

    def recovering(self, amount: Money, *, now: datetime) -> "Charge":
        """So much of what was given up is owed again, what was given up last first, for it is being paid."""
        left, kept = amount.expect_positive(), []
        for each in reversed(self.write_offs):
            back = left.nothing if each.is_discount else min(left, each.amount)
            left = left - back
            kept.append(each.recovering(back) if back else each)
        if left:
            raise conflict("above_given_up", "No more is recovered than was given up.")
        after = replace(self.recording(), write_offs=tuple(each for each in reversed(kept) if each.decided))
        return after.saying(DebtRecovered(charge=after, amount=amount, at=now))

    def with_write_offs(self, write_offs: tuple[WriteOff, ...]) -> "Charge":
        """It is about to change, or to be reversed: only these are kept of what was written off."""
        return replace(self.recording(), write_offs=write_offs)

    def billing(self, *, billed: bool) -> "Charge":
        """It is on a superbill that is in force, or no longer."""
        return self if billed is self.billed else replace(self.recording(), billed=billed)

    def check_paid(self) -> "Charge":
        """Raises `overpaid`."""
        if not self.paid.nothing <= self.conceded <= self.paid <= self.amount - self.written_off:
            raise conflict("overpaid", "No more can be paid for a charge than it comes to.")
        return self

    def entry_lines(self) -> tuple[EntryLine, ...]:
        """What it means for the books: the patient owes, by revenue."""
        revenue: Counter[LedgerAccount] = Counter()
        for line in self.lines:
            if line.amount:
                revenue[line.revenue] += line.amount.minor
        currency = self.paid.currency
        return (
            debit(LedgerAccount.RECEIVABLE, self.amount),
            *(credit(account, Money(minor, currency)) for account, minor in sorted(revenue.items())),
        )

    @classmethod
    def _made(
        cls,
        rendered: Rendered,
        terms: Terms,
        entry_id: EntryId,
        *,
        version: int,
        now: datetime,
    ) -> "Charge":
        lines = terms.price(rendered.services)
        obstacles = terms.obstacles(rendered, lines)
        worth = total((line.amount for line in lines if line.amount), terms.schedule.currency)
        state = ChargeState.WAITING if obstacles else ChargeState.POSTED if worth else ChargeState.EMPTY
        charge = cls(
            id=rendered.charge_id,
            rendered=rendered,
            lines=lines,
            state=state,
            obstacles=obstacles,
            policy_version=terms.schedule.version,
            paid=worth.nothing,
            conceded=worth.nothing,
            entry_id=entry_id if state is ChargeState.POSTED else None,
            package_id=terms.cover.package_id if terms.cover and state is ChargeState.POSTED else None,
            insured=terms.account.is_insured,
            version=version,
        )
        if state is ChargeState.POSTED:
            return charge.saying(ChargePosted(charge=charge, at=now))
        if Obstacle.COVERAGE_BLOCKED in obstacles:
            return charge.saying(CoverageBlocked(charge=charge, at=now))
        return charge
