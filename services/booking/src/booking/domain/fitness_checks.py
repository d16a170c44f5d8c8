"""That somebody's hours or licences, or a room, have changed: what is booked with them is to be looked through once.

Invariant: a change that comes while it is looked through begins it anew, so no visit is judged by what was before.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.domain.calendar import Resource
from booking.domain.ids import FitnessCheckId
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class FitnessCheck(Aggregate):
    """Of one practitioner or room. `due_at`: since when it is to go on, none once all is looked through; `seen_until`
    is the place in the list of booked visits up to which it is.
    """

    id: FitnessCheckId
    resource: Resource
    due_at: datetime | None = None
    seen_until: str | None = None

    @classmethod
    def id_of(cls, resource: Resource) -> FitnessCheckId:
        return FitnessCheckId(f"{resource.kind.value}:{resource.id}")

    def anew(self, *, now: datetime) -> "FitnessCheck":
        """All of it again."""
        return replace(self.recording(), due_at=now, seen_until=None)

    def seen(self, until: str | None) -> "FitnessCheck":
        """Up to this place; None says that this was the rest."""
        return replace(self.recording(), due_at=self.due_at if until else None, seen_until=until)
