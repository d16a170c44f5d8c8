"""Moves an appointment: the same one, a higher version, its old time free again in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from booking.application.front_desk import FrontDesk
from booking.application.ownership import acting_for, check_own
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.visits import Modality
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class RescheduleAppointment:
    """`modality` stays as it is where none is named."""

    appointment_id: AppointmentId
    expected_version: int
    starts_at: datetime
    modality: Modality | None = None
    provider: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class RescheduleAppointmentHandler:
    """Raises `late_move_needs_coordinator`, `same_slot`, `visit_started` and what `BookAppointmentHandler` raises."""

    desk: FrontDesk

    async def __call__(
        self, command: RescheduleAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        found = await self.desk.ports.appointments.get(command.appointment_id)
        check_own(actor, found.patient_id, "appointment")
        by = acting_for(actor)
        wish = Wish(
            kind=found.kind,
            starts_at=command.starts_at,
            modality=command.modality or found.slot.modality,
            provider=command.provider,
        )

        async def work(tx: Transaction) -> Scheduled:
            appointment, (patient, path, clinic) = await side_by_side(
                self.desk.ports.appointments.get(command.appointment_id, of=found.patient_id),
                self.desk.know(found.patient_id, wish),
            )
            appointment.check_seen(command.expected_version)
            slot = await self.desk.visits.elsewhere(wish, appointment, patient, path, clinic, tx, by=by)
            moved = appointment.reschedule(slot, by=by, policy=self.desk.ports.policy, now=tx.now)
            (moved,) = await self.desk.changes.save(path, tx, (moved, appointment.version))
            return Scheduled.of(moved)

        return await self.desk.run(
            work,
            wishes=(wish,),
            by=actor,
            action="reschedule_appointment",
            returns=Scheduled,
            request=request,
        )
