"""Charges for what was rendered. Invariant: one charge per cause, at one revision; a corrected revision reverses the
one before, an older or equal one changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.domain.accounts import Account
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import ChargeId, EntryId, PackageId, PatientId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money, total
from billing.domain.obstacles import Obstacle
from billing.domain.practice import Practice
from billing.domain.rendered import Rendered
from billing.domain.service_rules import ServiceRules
from billing.domain.services import Service
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


class ChargeState(StrEnum):
    """WAITING: recorded, and something keeps it out of the books. EMPTY: nothing billable took place."""

    WAITING = "waiting"
    POSTED = "posted"
    EMPTY = "empty"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """A service with its price; None while the fee schedule has none."""

    service: Service | None
    description: str
    amount: Money | None
    revenue: LedgerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A visit is one of a package: what its services cost together at most."""

    package_id: PackageId
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides whether and at what price a service is charged: the patient's account, the prices and rules of the
    day, the practice, the package it is one visit of, and what the clinicians' days speak against.
    """

    account: Account
    schedule: FeeSchedule
    rules: ServiceRules
    practice: Practice
    cover: Cover | None = None
    against: frozenset[Obstacle] = frozenset()

    def obstacles(self, rendered: Rendered, lines: tuple["ChargeLine", ...]) -> tuple[Obstacle, ...]:
        """Everything in its way, in the order of the list of obstacles."""
        found = set(self.against)
        if any(line.amount is None for line in lines):
            found.add(Obstacle.CODE_NOT_PRICED)
        for service in rendered.services:
            day = rendered.service_date
            found.update(self.rules.untrue(service, day, self.practice))
            by_coverage = self.account.coverage_obstacle(service.provider, rendered.started_at, day, self.practice)
            if by_coverage is not None:
                found.add(by_coverage)
        return tuple(each for each in Obstacle if each in found)


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
class CoverageBlocked(ChargeFact):
    """A service that Medicare must be billed for by the clinician cannot be charged to the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Aggregate):
    """`paid` is what payments were allocated to it, `conceded` what the clinic gave back of that; `entry_id` is the
    journal entry of the present revision. With `package_id` it is a visit of that package, at the package's price.
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
    def balance(self) -> Money:
        """What is still to be paid."""
        return self.amount - self.paid

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
    ) -> "Charge":
        """A fee for a visit that did not take place."""
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
        return self._made(self.rendered, terms, entry_id, version=self.version + 1, now=now)

    def reversed(self, *, now: datetime) -> "Charge":
        """Nothing is owed for it any more. Its payments must have been released before."""
        self.expect_posted()
        after = replace(self.recording(ChargeReversed(charge=self, at=now)), state=ChargeState.REVERSED, entry_id=None)
        return after.check_paid()

    def expect_posted(self) -> None:
        """Raises `charge_not_posted`."""
        if self.state is not ChargeState.POSTED:
            raise conflict("charge_not_posted", "Only a posted charge can be reversed.")

    def paying(self, amount: Money) -> "Charge":
        """So much more of it is paid, or less if below zero. Raises `overpaid`."""
        return replace(self.recording(), paid=self.paid + amount).check_paid()

    def conceding(self, amount: Money) -> "Charge":
        """So much more of what was paid for it was given back, or less if below zero. Raises `overpaid`."""
        return replace(self.recording(), conceded=self.conceded + amount).check_paid()

    def check_paid(self) -> "Charge":
        """Raises `overpaid`."""
        if not self.paid.nothing <= self.conceded <= self.paid <= self.amount:
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
        lines = tuple(_priced(service, terms.schedule) for service in rendered.services)
        obstacles = terms.obstacles(rendered, lines)
        if terms.cover is not None:
            lines = _at_most(terms.cover.most, lines)
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
            version=version,
        )
        if state is ChargeState.POSTED:
            return charge.saying(ChargePosted(charge=charge, at=now))
        if Obstacle.COVERAGE_BLOCKED in obstacles:
            return charge.saying(CoverageBlocked(charge=charge, at=now))
        return charge


def _priced(service: Service, schedule: FeeSchedule) -> ChargeLine:
    price = schedule.price(service.code)
    if price is None:
        return ChargeLine(service=service, description="", amount=None, revenue=LedgerAccount.OTHER_REVENUE)
    amount = price.amount * service.units
    return ChargeLine(service=service, description=price.description, amount=amount, revenue=price.revenue)


def _at_most(most: Money, lines: tuple[ChargeLine, ...]) -> tuple[ChargeLine, ...]:
    """Lines that come to no more than this: each by its part, the odd cents on the last one."""
    worth = total((line.amount for line in lines if line.amount), most.currency)
    if worth <= most:
        return lines
    left, found = most, []
    priced = [place for place, line in enumerate(lines) if line.amount]
    for place, line in enumerate(lines):
        if line.amount:
            part = Money(line.amount.minor * most.minor // worth.minor, most.currency)
            found.append(replace(line, amount=left if place == priced[-1] else part))
            left = left - part
        else:
            found.append(line)
    return tuple(found)
