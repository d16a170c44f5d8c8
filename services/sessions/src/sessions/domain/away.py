"""When a patient was away who had left without being discharged and came back, and what was said wrongly of when one
left.

Invariant: nobody was observed, given anything or watched meanwhile, whatever is written down afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sessions.domain.ids import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """`reason` is what was written down when they left, `noted_by` who saw them come back, `noted_at` when that was
    written down, where that was afterwards.
    """

    left_at: datetime
    reason: str = field(repr=False)
    back_at: datetime
    noted_by: StaffId
    noted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRecord:
    """When a patient was said to have left before that was put right, and who put it right, when and why."""

    left_at: datetime
    by: StaffId
    at: datetime
    reason: str = field(repr=False)


def was_away(away: Iterable[Away], at: datetime) -> bool:
    """Whether the patient was away at that moment; who leaves or comes back at it is there."""
    return any(each.left_at < at < each.back_at for each in away)


def time_away(away: Iterable[Away], since: datetime, until: datetime) -> timedelta:
    """How long the patient was away between these moments."""
    spans = (min(each.back_at, until) - max(each.left_at, since) for each in away)
    return sum((span for span in spans if span > timedelta(0)), timedelta(0))
