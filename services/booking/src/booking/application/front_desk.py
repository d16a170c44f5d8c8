"""What every use case that gives a visit a time works with, and the way it is run."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from booking.application.gated_visits import GatedVisits
from booking.application.ports import Appointments, CarePaths, Patients
from booking.application.scheduling import Scheduling, Wish
from booking.application.visit_changes import VisitChanges
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDesk:
    """Patients and their care paths, the calendar, the gates, the clinic's policy."""

    patients: Patients
    care_paths: CarePaths
    appointments: Appointments
    changes: VisitChanges
    visits: GatedVisits
    scheduling: Scheduling
    policy: BookingPolicy
    work: Work

    async def know(self, patient_id: PatientId, *wishes: Wish) -> tuple[Patient, CarePath, Clinic]:
        """What every booking begins with, read side by side: the patient, their care path, and who and which rooms
        there are for these wishes.
        """
        return await side_by_side(
            self.patients.get(patient_id, of=patient_id),
            self.care_paths.get(patient_id, of=patient_id),
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
        """Run `work`, which claims a time for each wish, in one transaction. What it refuses for want of time names the
        next free times.
        """
        return await self.scheduling.run(
            wishes,
            lambda: self.work.run(work, by=by, action=action, returns=returns, request=request),
        )
