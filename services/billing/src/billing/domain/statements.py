"""Statements of an account: how it stood, what happened, how it stands, what is to be paid by when.

Invariants: each statement begins where the one before ended, so that every entry of the books is on exactly one; its
lines come to the difference between its two balances, and these are what the books say at the end of those days.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Final, Literal, Self

from billing.domain.balances import Balances
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PaymentId
from billing.domain.ledger import EntryCause, JournalEntry
from billing.domain.letterhead import Letterhead, PaperKind
from billing.domain.money import Money, total
from billing.domain.months import Month
from billing.domain.packages import Package
from billing.domain.payments import Payment
from billing.domain.statement_lines import StatementLine, lines_of
from careflow_domain.errors import conflict

CLOCKS_AGREE: Final = timedelta(minutes=5)
"""A month is over when no process can still take it for today: their clocks differ by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLeft:
    """Visits of a package that are still to come."""

    description: str
    sessions: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """From the beginning of `begins_on` to the end of `ends_on`. `to_pay` is what of that which was owed then is
    owed still on the day of issue, by `due_on`, `owed_for` the charges that is for; it is None on statements of
    before that was kept. `packages` are as on the day of issue. `dispute_line` is how much above an estimate may be
    disputed, `in_dispute` what is not asked for because it is.
    """

    head: Letterhead
    month: str
    begins_on: date
    ends_on: date
    opening: Balances
    lines: tuple[StatementLine, ...]
    closing: Balances
    to_pay: Money
    due_on: date | None
    packages: tuple[PackageLeft, ...]
    dispute_line: Money
    in_dispute: Money
    owed_for: tuple[ChargeId, ...] | None = None
    kind: Literal[PaperKind.STATEMENT] = PaperKind.STATEMENT

    def __post_init__(self) -> None:
        if (
            self.opening.net + total((line.amount for line in self.lines), self.opening.owed.currency)
            != self.closing.net
        ):
            raise ValueError("a statement's lines do not come to the difference of its balances")

    @property
    def settled_since(self) -> Money:
        """What of that which was owed at the end is not owed any more on the day of issue."""
        return self.closing.owed - self.to_pay - self.in_dispute

    @property
    def credit_for_care_only(self) -> bool:
        """Whether there is credit beside what is to be paid: any other credit would have paid for that."""
        return bool(self.to_pay and self.closing.credit)

    def overdue(self, owed: Iterable[Charge], today: date, *, disputed: Collection[Charge]) -> Money:
        """What of that which is still to be paid has its day behind it."""
        is_over = self.due_on is not None and today > self.due_on
        return self.still_to_pay(owed, disputed=disputed) if is_over else self.to_pay.nothing

    def still_to_pay(self, owed: Iterable[Charge], *, disputed: Collection[Charge]) -> Money:
        """What of that which it asked for is not paid; what was posted later is not, whenever it took place. `owed` are
        the charges with something to pay, of which nobody asks for those `disputed` since (45 CFR 149.620).
        """
        still = (each.balance for each in owed if self._asked_for(each) and each not in disputed)
        return min(self.to_pay, total(still, self.to_pay.currency))

    def _asked_for(self, charge: Charge) -> bool:
        if self.owed_for is None:
            return charge.rendered.service_date <= self.ends_on
        return charge.id in self.owed_for

    @property
    def running(self) -> tuple[Money, ...]:
        """The balance after each line."""
        return tuple(accumulate((line.amount for line in self.lines), initial=self.opening.net))[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a month's statement covers: from the end of the one before to the end of the month."""

    month: Month
    after: date | None
    opening: Balances

    @classmethod
    def of(cls, month: Month, before: Statement | None, currency: str) -> Self:
        """`before` is the last statement of the account. Raises `later_statement_issued`."""
        if before is None:
            return cls(month=month, after=None, opening=Balances.nothing(currency))
        if before.ends_on >= month.last:
            raise conflict("later_statement_issued", "A statement up to a later day was issued already.")
        return cls(month=month, after=before.ends_on, opening=before.closing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was posted to an account since the last statement, and what it was posted for."""

    entries: Sequence[JournalEntry]
    charges: Mapping[ChargeId, Charge]
    payments: Mapping[PaymentId, Payment]
    packages: Sequence[Package]

    def charged_after(self, day: date) -> frozenset[ChargeId]:
        """Charges that were not in the books at the end of a day."""
        later = [entry for entry in self.entries if entry.posted_on > day]
        new = {entry.id for entry in later if entry.cause is EntryCause.CHARGE}
        known = {entry.cause_id for entry in later if entry.reverses and entry.reverses not in new}
        return frozenset(ChargeId(entry.cause_id) for entry in later if entry.id in new and entry.cause_id not in known)


def expect_over(month: Month, now: datetime, day_of: Callable[[datetime], date]) -> None:
    """Raises `month_not_over`."""
    if day_of(now - CLOCKS_AGREE) <= month.last:
        raise conflict("month_not_over", "A month's statement is issued when the month is over.")


def statement_of(
    period: Period,
    posted: Posted,
    head: Callable[[], Letterhead],
    *,
    due_on: date,
    dispute_line: Money,
    owed: Sequence[Charge],
    disputed: Collection[Charge],
) -> Statement | None:
    """None when there is nothing to say: nothing was posted and nothing is owed. `owed` are the charges with something
    to pay, `disputed` those of them that the patient has decided. `head` is asked for where something is said
    only.
    """
    month = period.month
    within = [entry for entry in posted.entries if entry.posted_on <= month.last]
    closing = period.opening.after(within)
    owed_now = period.opening.after(posted.entries).owed
    later = posted.charged_after(month.last)
    owed_later = total((posted.charges[each].balance for each in later), owed_now.currency)
    owed_still = min(closing.owed, owed_now - owed_later)
    in_dispute = min(total((each.balance for each in disputed), owed_now.currency), owed_still)
    to_pay = owed_still - in_dispute
    if not within and not owed_still:
        return None
    begins_on = period.after + timedelta(days=1) if period.after else min([month.first, *(e.posted_on for e in within)])
    return Statement(
        head=head(),
        month=str(month),
        begins_on=begins_on,
        ends_on=month.last,
        opening=period.opening,
        lines=tuple(line for entry in within for line in lines_of(entry, posted.charges, posted.payments)),
        closing=closing,
        to_pay=to_pay,
        in_dispute=in_dispute,
        owed_for=tuple(sorted(each.id for each in owed if each.id not in later and each not in disputed)),
        due_on=due_on if to_pay else None,
        packages=tuple(
            PackageLeft(description=each.offer.description, sessions=each.offer.sessions, left=each.sessions_left)
            for each in posted.packages
            if each.sessions_left
        ),
        dispute_line=dispute_line,
    )
