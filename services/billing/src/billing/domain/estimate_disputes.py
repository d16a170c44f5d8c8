"""Patient-provider disputes about a good-faith estimate (45 CFR 149.620): when one may be, and what it keeps from being
done until it is decided.

A patient without insurance who is billed at least 400 dollars more than was estimated may have it decided, within 120
days of the first bill. Until then the provider takes no steps to collect, and lets no fees for lateness grow.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from billing.domain.money import Money
from careflow_domain.errors import conflict, invalid


class DisputeOutcome(StrEnum):
    """BILLED: what was billed is to be paid. LOWERED: what was decided is. SETTLED: what both agreed on is."""

    BILLED = "billed"
    LOWERED = "lowered"
    SETTLED = "settled"
    NOT_ELIGIBLE = "not_eligible"
    WITHDRAWN = "withdrawn"


ADJUSTING = frozenset({DisputeOutcome.LOWERED, DisputeOutcome.SETTLED})
"""Outcomes that say how much is to be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDispute:
    """`billed` and `estimated` are as they were when it was begun; `adjusted` is what is to be paid of what was
    billed.
    """

    billed_on: date
    initiated_on: date
    opened_at: datetime
    billed: Money
    estimated: Money
    closed_at: datetime | None = None
    outcome: DisputeOutcome | None = None
    adjusted: Money | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def over(self) -> Money:
        return self.billed - self.estimated

    @property
    def taken_out(self) -> Money:
        """What is not to be paid of what was billed, as it was decided or agreed."""
        return self.billed.nothing if self.adjusted is None else self.billed - self.adjusted

    def check(self, line: Money, days: int, today: date) -> "EstimateDispute":
        """Itself. Raises `below_dispute_line`, `dispute_too_late` and `dispute_dates_invalid`."""
        if not self.billed_on <= self.initiated_on <= today:
            raise invalid("dispute_dates_invalid", "A dispute begins after the first bill, and not in the future.")
        if self.over < line:
            raise conflict("below_dispute_line", "What was charged is not so much more than the estimate.")
        if self.initiated_on > self.billed_on + timedelta(days=days):
            raise conflict("dispute_too_late", "The time to dispute the first bill was over.")
        return self

    def close(self, outcome: DisputeOutcome, adjusted: Money | None, *, now: datetime) -> "EstimateDispute":
        """Raises `dispute_closed`, `adjusted_needed` and `adjusted_not_possible`."""
        if not self.is_open:
            raise conflict("dispute_closed", "This dispute is closed already.")
        if (outcome in ADJUSTING) is (adjusted is None):
            raise invalid(
                "adjusted_needed", "How much is to be paid is said where that was decided or agreed, and only then."
            )
        if adjusted is not None and not adjusted.nothing <= adjusted <= self.billed:
            raise invalid("adjusted_not_possible", "No more is to be paid than was billed.")
        return replace(self, closed_at=now, outcome=outcome, adjusted=adjusted)
