"""When one of the staff is busy, for a calendar program of their own: blocks of time, and nothing of what is in them.

Invariant: of the secret in a feed's address only its digest is kept; with a new one the address before is dead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from booking.domain.calendar import CalendarDay, Use
from booking.domain.ids import PractitionerId
from booking.domain.intervals import Interval
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed(Aggregate):
    """One for each practitioner; without a `digest` it is closed."""

    id: PractitionerId
    digest: str | None
    opened_at: datetime

    def opened(self, digest: str, *, now: datetime) -> "CalendarFeed":
        """At a new address."""
        return replace(self.recording(), digest=digest, opened_at=now)

    def closed(self) -> "CalendarFeed":
        return self if self.digest is None else replace(self.recording(), digest=None)


def busy(days: Iterable[CalendarDay]) -> tuple[Interval, ...]:
    """The stretches of time that are taken, each as long as can be; to be in the house only is not to be busy."""
    blocks: list[Interval] = []
    taken = (each for day in days for each in day.taken if each.occupancy.use is not Use.ON_SITE)
    for interval in sorted(each.interval for each in taken):
        if blocks and interval.start <= blocks[-1].end:
            blocks[-1] = Interval(blocks[-1].start, max(blocks[-1].end, interval.end))
        else:
            blocks.append(interval)
    return tuple(blocks)
