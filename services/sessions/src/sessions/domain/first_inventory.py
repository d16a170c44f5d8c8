"""The first inventory of a place that begins to keep controlled drugs: asked for when the first container arrives.

Invariants: it is asked for once for a place, never where one counts already; it is over with the first inventory of the
place that is signed by two, and said to be late once before that.
Source: 21 CFR 1304.11(b) (an inventory of everything on hand, on the date on which such drugs are first dispensed). The
clinic asks for it by the end of the day on which the first of them are there: whatever it gives, it received before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.drug_tasks import DrugTask, DrugTaskCompleted, DrugTaskDue, DrugTaskFact, DrugTaskOverdue
from sessions.domain.ids import LocationId, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstInventory(Aggregate):
    """`id` is its place; `said_overdue` once it was said to be late."""

    id: LocationId
    due_by: datetime
    said_overdue: bool = False
    taken_at: datetime | None = None

    @classmethod
    def asked_for(cls, location_id: LocationId, timezone: str, *, now: datetime) -> Self:
        """The first container of the place is there."""
        _, due_by = day_bounds(clinic_day(now, timezone), timezone)
        asked = cls(id=location_id, due_by=due_by)
        return asked.saying(asked._told(DrugTaskDue, now))

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that it is late."""
        return None if self.said_overdue or self.taken_at is not None else self.due_by

    def taken(self, *, now: datetime) -> Self:
        """An inventory of the place was signed by two, in time or not."""
        if self.taken_at is not None:
            return self
        return replace(self.recording(self._told(DrugTaskCompleted, now)), taken_at=now)

    def overdue(self, *, now: datetime) -> Self:
        """Its time has run out; before that, once it was taken or said to be late, nothing changes."""
        if self.overdue_at is None or now < self.overdue_at:
            return self
        return replace(self.recording(self._told(DrugTaskOverdue, self.due_by)), said_overdue=True)

    def _told(self, fact: type[DrugTaskFact], at: datetime) -> DrugTaskFact:
        return fact(
            location_id=self.id,
            task_id=TaskId(self.id),
            task=DrugTask.INITIAL_INVENTORY,
            due_by=self.due_by,
            at=at,
        )
