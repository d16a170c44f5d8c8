"""Holds a free time for a patient while they make up their mind; it lapses by itself."""

from dataclasses import dataclass

from booking.application.gated_visits import GatedVisits
from booking.application.outcomes import Scheduled
from booking.application.ports import Appointments, CarePaths, Patients
from booking.application.preconditions import acting_for, check_own
from booking.application.scheduling import Scheduling, Wish
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class HoldAppointment:
    patient_id: PatientId
    wish: Wish


class HoldAppointmentHandler:
    """Raises `too_many_holds` and what `BookAppointmentHandler` raises."""

    def __init__(
        self,
        patients: Patients,
        care_paths: CarePaths,
        appointments: Appointments,
        visits: GatedVisits,
        scheduling: Scheduling,
        policy: BookingPolicy,
        work: Work,
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._appointments = appointments
        self._visits = visits
        self._scheduling = scheduling
        self._policy = policy
        self._work = work

    async def __call__(
        self, command: HoldAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        check_own(actor, command.patient_id, "patient")

        async def work(tx: Transaction) -> Scheduled:
            patient = await self._patients.get(command.patient_id)
            path = await self._care_paths.get(command.patient_id)
            self._policy.check_another_hold(await self._appointments.holds_of(patient.id))
            visit = await self._visits.new(command.wish, patient, path, tx, by=acting_for(actor))
            hold = Appointment.held(visit, self._policy, now=tx.now)
            await self._appointments.add(hold, tx)
            await self._care_paths.guard(path, tx)
            return Scheduled.of(hold)

        return await self._scheduling.run(
            (command.wish,),
            command.patient_id,
            lambda: self._work.run(work, by=actor, action="hold_appointment", returns=Scheduled, request=request),
        )
