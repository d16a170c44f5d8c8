"""The minutes of a clinician's day, across patients: each carries one timed service, and a service is given once.

Invariant: whatever is charged of a day could really have been worked in it, by one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from billing.domain.ids import ChargeId, StaffId
from billing.domain.obstacles import Obstacle
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """So many minutes of one charge, some time between `begins` and `ends`. `once` stands for a service to a patient
    that is given once on a day, and tells neither; None is for what may be repeated.
    """

    charge_id: ChargeId
    once: str | None
    begins: datetime
    ends: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianDay(Aggregate):
    """One clinician on one date of the clinic."""

    id: str
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def id_of(cls, clinician: StaffId, day: date) -> str:
        return f"{clinician}/{day.isoformat()}"

    def obstacles(self, wanted: Sequence[Stretch]) -> frozenset[Obstacle]:
        """Why these stretches of one charge cannot be worked beside those of the others."""
        others = [each for each in self.stretches if each.charge_id not in {one.charge_id for one in wanted}]
        found = set()
        if not _is_possible([*others, *wanted]):
            found.add(Obstacle.MINUTES_COUNTED_TWICE)
        given = [each.once for each in (*others, *wanted)]
        if any(given.count(each.once) > 1 for each in wanted if each.once):
            found.add(Obstacle.SERVICE_SPLIT)
        return frozenset(found)

    def holding(self, charge_id: ChargeId, stretches: Sequence[Stretch]) -> "ClinicianDay":
        """The day with these stretches for the charge, in place of those it had."""
        others = tuple(each for each in self.stretches if each.charge_id != charge_id)
        after = (*others, *stretches)
        return self if after == self.stretches else replace(self.recording(), stretches=after)


def _is_possible(stretches: Iterable[Stretch]) -> bool:
    """Whether one person can work all of them, one minute after the other: no span of time holds more minutes than it
    has (the condition for one worker and work that may be interrupted).
    """
    known = list(stretches)
    return all(
        sum(
            (timedelta(minutes=each.minutes) for each in known if begins <= each.begins and each.ends <= ends),
            timedelta(),
        )
        <= ends - begins
        for begins in {each.begins for each in known}
        for ends in {each.ends for each in known}
        if begins < ends
    )
