"""Moves an appointment: the same one, a higher version, its old time free again in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from booking.application.gated_visits import GatedVisits
from booking.application.outcomes import Scheduled
from booking.application.ports import Appointments, CarePaths, Patients
from booking.application.preconditions import acting_for, check_own, check_version
from booking.application.scheduling import Scheduling, Wish
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.policy import BookingPolicy
from booking.domain.visits import Modality
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RescheduleAppointment:
    """`modality` stays as it is where none is named."""

    appointment_id: AppointmentId
    expected_version: int
    starts_at: datetime
    modality: Modality | None = None
    provider: PractitionerId | None = None


class RescheduleAppointmentHandler:
    """Raises `late_move_needs_coordinator`, `same_slot`, `visit_started` and what `BookAppointmentHandler` raises."""

    def __init__(
        self,
        patients: Patients,
        care_paths: CarePaths,
        appointments: Appointments,
        changes: VisitChanges,
        visits: GatedVisits,
        scheduling: Scheduling,
        policy: BookingPolicy,
        work: Work,
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._appointments = appointments
        self._changes = changes
        self._visits = visits
        self._scheduling = scheduling
        self._policy = policy
        self._work = work

    async def __call__(
        self, command: RescheduleAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        found = await self._appointments.get(command.appointment_id)
        check_own(actor, found.patient_id, "appointment")
        by = acting_for(actor)
        wish = Wish(
            kind=found.kind,
            starts_at=command.starts_at,
            modality=command.modality or found.slot.modality,
            provider=command.provider,
        )

        async def work(tx: Transaction) -> Scheduled:
            appointment = await self._appointments.get(command.appointment_id)
            check_version(appointment.version, command.expected_version)
            patient = await self._patients.get(appointment.patient_id)
            path = await self._care_paths.get(appointment.patient_id)
            slot = await self._visits.elsewhere(wish, appointment, patient, path, tx, by=by)
            moved = appointment.reschedule(slot, by=by, policy=self._policy, now=tx.now)
            moved = await self._changes.save(moved, expecting=appointment.version, path=path, tx=tx)
            return Scheduled.of(moved)

        return await self._scheduling.run(
            (wish,),
            found.patient_id,
            lambda: self._work.run(work, by=actor, action="reschedule_appointment", returns=Scheduled, request=request),
        )
