"""Books a visit at a free time, if the care path lets it."""

from dataclasses import dataclass

from booking.application.gated_visits import GatedVisits
from booking.application.outcomes import Scheduled
from booking.application.ports import CarePaths, Patients
from booking.application.preconditions import acting_for, check_own
from booking.application.scheduling import Scheduling, Wish
from booking.application.visit_changes import VisitChanges
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class BookAppointment:
    patient_id: PatientId
    wish: Wish


class BookAppointmentHandler:
    """Raises `gates_closed`, `slot_taken` or `patient_busy` with the next free times, and what makes a time
    impossible.
    """

    def __init__(
        self,
        patients: Patients,
        care_paths: CarePaths,
        changes: VisitChanges,
        visits: GatedVisits,
        scheduling: Scheduling,
        policy: BookingPolicy,
        work: Work,
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._changes = changes
        self._visits = visits
        self._scheduling = scheduling
        self._policy = policy
        self._work = work

    async def __call__(
        self, command: BookAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        check_own(actor, command.patient_id, "patient")
        by = acting_for(actor)

        async def work(tx: Transaction) -> Scheduled:
            patient = await self._patients.get(command.patient_id)
            path = await self._care_paths.get(command.patient_id)
            visit = await self._visits.new(command.wish, patient, path, tx, by=by)
            appointment = Appointment.booked(visit, self._policy, by=by, now=tx.now)
            appointment = await self._changes.add(appointment, path, tx)
            return Scheduled.of(appointment)

        return await self._scheduling.run(
            (command.wish,),
            command.patient_id,
            lambda: self._work.run(work, by=actor, action="book_appointment", returns=Scheduled, request=request),
        )
