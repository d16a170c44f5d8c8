"""Who sees to what is to be done about a visit: taken, given back, handed to somebody else.

Invariants: one person at a time has it. Whoever has taken it and left it for too long has it no more, and it was of the
task that stood then: one that came up later is nobody's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from booking.domain.policy import BookingPolicy
from booking.domain.states import Taken
from booking.domain.tasks import task_of
from booking.domain.telling import ToldAppointment
from careflow_domain.errors import DomainError, conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenToAppointment(ToldAppointment):
    """An appointment that somebody of the clinic sees to, where anything is to be done about it."""

    def taken_for_task(self, policy: BookingPolicy) -> Taken | None:
        """Who said that they see to the task there is, whether or not that is too long ago."""
        task = task_of(self, policy)
        return self.taken if self.taken is not None and task is not None and task.since <= self.taken.at else None

    def seen_to(self, policy: BookingPolicy, *, now: datetime) -> Taken | None:
        """Who sees to it now; None where it waits for somebody."""
        taken = self.taken_for_task(policy)
        return taken if taken is not None and now < taken.until else None

    def take(self, policy: BookingPolicy, *, by: str, now: datetime) -> Self:
        """They see to it; whoever does already, from now on anew. Raises `no_task` and `task_taken`."""
        self._check_free_for(by, policy, now)
        return self._given(by, policy, now)

    def hand_over(self, policy: BookingPolicy, *, by: str, to: str, now: datetime) -> Self:
        """Somebody else sees to it, as said by whoever does, or by anybody if nobody does. Raises as `take`."""
        self._check_free_for(by, policy, now)
        return self._given(to, policy, now)

    def give_back(self, policy: BookingPolicy, *, by: str, now: datetime) -> Self:
        """They do not see to it after all. Raises `no_task`, `task_taken` and `task_not_taken`."""
        if self._check_free_for(by, policy, now) is None:
            raise conflict("task_not_taken", "Nobody sees to this at the moment.")
        return self._alike(taken=None)

    def _given(self, to: str, policy: BookingPolicy, now: datetime) -> Self:
        return self._alike(taken=Taken(by=to, at=now, until=now + policy.task_taken_for))

    def _check_free_for(self, by: str, policy: BookingPolicy, now: datetime) -> Taken | None:
        """By whom it is seen to: nobody, or `by` alone. Raises `no_task` and `task_taken`."""
        task = task_of(self, policy)
        if task is None or task.since > now:
            raise conflict("no_task", "Nothing is to be done about this visit now.")
        taken = self.seen_to(policy, now=now)
        if taken is not None and taken.by != by:
            raise _taken(taken)
        return taken


def _taken(taken: Taken) -> DomainError:
    return conflict(
        "task_taken",
        "Somebody else sees to this already.",
        taken_by=taken.by,
        taken_at=taken.at,
        taken_until=taken.until,
    )
