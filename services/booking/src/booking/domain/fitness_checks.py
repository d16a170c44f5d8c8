"""That somebody's hours or licences, or a room, have changed: what is booked with them is to be looked through once.

Invariants: a change that comes while it is looked through begins it anew, so no visit is judged by what was before.
Whoever books only looks at who and what is there, and may have looked just before the change and commit just after it:
once nobody can any more who had not seen the change, all is looked through again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from booking.domain.calendar import Resource
from booking.domain.ids import FitnessCheckId
from careflow_domain.aggregate import Aggregate

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was decided on how things stood has been committed by then, or never is: a unit of work has ten seconds for all
of its tries, and the clocks of the clinic's processes differ by less than the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitnessCheck(Aggregate):
    """Of one practitioner or room. `due_at`: since when it is to go on, none once all is looked through; `seen_before`
    is the date before which it is; `again_at`: when all of it is looked through once more,
    none where it was, and of one from before there was that.
    """

    id: FitnessCheckId
    resource: Resource
    due_at: datetime | None = None
    seen_before: date | None = None
    again_at: datetime | None = None

    @classmethod
    def id_of(cls, resource: Resource) -> FitnessCheckId:
        return FitnessCheckId(f"{resource.kind.value}:{resource.id}")

    def anew(self, *, now: datetime) -> "FitnessCheck":
        """All of it, at once and once more when what was decided meanwhile is there to be seen."""
        return replace(self.recording(), due_at=now, seen_before=None, again_at=now + SETTLED_AFTER)

    def seen(self, before: date | None) -> "FitnessCheck":
        """Before this date; None says that this was the rest."""
        if before is None:
            return replace(self.recording(), due_at=self.again_at, seen_before=None, again_at=None)
        return replace(self.recording(), seen_before=before)
