"""Who sees to what is to be done: taken, given back, handed to somebody else.

Invariants: one person at a time has it. Whoever has taken it and left it for too long has it no more, and it was of
what was to be done then: what came up later is nobody's. Who sees to it makes nothing stale that somebody looks at.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from booking.domain.policy import BookingPolicy
from booking.domain.states import Taken
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import DomainError, conflict, stale


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTo(Aggregate):
    """Something about which the clinic may have to do something. `taken` is who said last that they see to it. Since
    version `alike_since`, absent where it is this one, nothing has changed but who sees to it, what the patient was
    told and whether it can be given: whoever saw it as any version from there on saw it as it is.
    """

    taken: Taken | None = None
    alike_since: int | None = None

    def recording(self, *facts: Fact) -> Self:
        return replace(super(SeenTo, self).recording(*facts), alike_since=None)

    def check_seen(self, version: int) -> None:
        """Raises `stale_version` where it is not as it was at this version, which somebody decides on."""
        if not (self.alike_since or self.version) <= version <= self.version:
            raise stale()

    def task_since(self, policy: BookingPolicy) -> datetime | None:
        """From when on something is to be done; None where nothing is."""
        raise NotImplementedError

    def taken_for_task(self, policy: BookingPolicy) -> Taken | None:
        """Who said that they see to the task there is, whether or not that is too long ago."""
        since = self.task_since(policy)
        return self.taken if self.taken is not None and since is not None and since <= self.taken.at else None

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

    def _alike(self, **known: datetime | Taken | None) -> Self:
        """The next version, in which another thing is known of what the patient was told, of who sees to it or of
        whether it can be given, and nothing else.
        """
        alike_since = self.alike_since or self.version
        return replace(self.recording(), alike_since=alike_since, **known)  # type: ignore[arg-type]  # fields by name

    def _check_free_for(self, by: str, policy: BookingPolicy, now: datetime) -> Taken | None:
        """By whom it is seen to: nobody, or `by` alone. Raises `no_task` and `task_taken`."""
        since = self.task_since(policy)
        if since is None or since > now:
            raise conflict("no_task", "Nothing is to be done about this now.")
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
