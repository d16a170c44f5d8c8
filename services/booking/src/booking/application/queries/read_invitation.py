"""An appointment as an invitation for the patient's own calendar. Who read it is kept."""

from dataclasses import dataclass

from booking.application.letters import Invitation
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.ids import AppointmentId
from booking.domain.states import Status
from careflow_domain.errors import conflict
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True)
class ReadInvitation:
    ports: Ports

    async def __call__(self, appointment_id: AppointmentId, actor: Actor) -> Invitation:
        """Raises `appointment_not_found`, also for another's, or `not_booked` for a time that is only held."""
        appointment = await self.ports.appointments.get(appointment_id)
        check_own(actor, appointment.patient_id, "appointment")
        patient = await self.ports.patients.get(appointment.patient_id)
        read = (f"appointments/{appointment.id}", f"patients/{patient.id}")
        await self.ports.audit.read(actor, "read_invitation", *read)
        if appointment.status in (Status.HELD, Status.LAPSED):
            raise conflict("not_booked", "Nobody is invited to a time that is only held.")
        return self.to(Scheduled.of(appointment), patient.details.email)

    def to(self, visit: Scheduled, invited: str) -> Invitation:
        """For somebody who has just booked it."""
        return Invitation(visit, invited, self.ports.organizer, self.ports.clock())
