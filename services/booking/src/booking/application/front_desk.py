"""What every use case that gives a visit a time works with, and the way it is run."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from booking.application.gated_visits import GatedVisits
from booking.application.ports import Ports
from booking.application.scheduling import NoTime, Scheduling, Wish
from booking.application.turns import Turns
from booking.application.visit_changes import VisitChanges
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """The calendar, the gates, and whose turn it is: one for all use cases of a process."""

    ports: Ports
    work: Work
    turns: Turns = field(default_factory=Turns)

    @property
    def scheduling(self) -> Scheduling:
        return Scheduling(self.ports)

    @property
    def visits(self) -> GatedVisits:
        return GatedVisits(self.ports)

    @property
    def changes(self) -> VisitChanges:
        return VisitChanges(self.ports)

    async def know(self, patient_id: PatientId, *wishes: Wish) -> tuple[Patient, CarePath, Clinic]:
        """What every booking begins with, read side by side: the patient, their care path, and who and which rooms
        there are for these wishes.
        """
        return await side_by_side(
            self.ports.patients.get(patient_id, of=patient_id),
            self.ports.care_paths.get(patient_id, of=patient_id),
            self.scheduling.clinic(*wishes),
        )

    async def run(
        self,
        work: Callable[[Transaction], Awaitable[T]],
        *,
        wishes: Sequence[Wish],
        by: Actor,
        action: str,
        returns: type[T],
        request: RequestKey | None,
    ) -> Committed[T]:
        """Run `work`, which claims a time for each wish, in its turn and in one transaction. What it refuses for want
        of time names the next free times.
        """
        try:
            async with self.turns.taking(*(wish.starts_at.astimezone(self.ports.zone).date() for wish in wishes)):
                return await self.work.run(work, by=by, action=action, returns=returns, request=request)
        except NoTime as refused:
            raise refused.refusal.with_extra(next_free=await self.scheduling.next_free(refused)) from None
