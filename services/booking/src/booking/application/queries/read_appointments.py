"""Reads appointments: one, a patient's, or a day's."""

from datetime import date

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Appointments, ReadAudit
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId, PatientId
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor
from careflow_service.listed import Listed


class ReadAppointments:
    """A patient is shown their own only. Who read what is kept."""

    def __init__(self, appointments: Appointments, audit: ReadAudit) -> None:
        self._appointments = appointments
        self._audit = audit

    async def one(self, appointment_id: AppointmentId, actor: Actor) -> Scheduled:
        """Raises `appointment_not_found`, also for another's appointment."""
        appointment = await self._appointments.get(appointment_id)
        check_own(actor, appointment.patient_id, "appointment")
        await self._audit.read(actor, "read_appointment", f"appointments/{appointment.id}")
        return Scheduled.of(appointment)

    async def of_patient(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Scheduled]:
        """Raises `patient_not_found` for another's patient."""
        check_own(actor, patient_id, "patient")
        return await self._told(
            await self._appointments.of_patient(patient_id, limit, after), actor, f"patients/{patient_id}"
        )

    async def on_day(self, day: date, actor: Actor, limit: int, after: str | None) -> Listed[Scheduled]:
        """A day of the clinic, for those who work there."""
        if is_patient(actor):
            raise forbidden("forbidden", "The clinic's day is shown to its staff.")
        return await self._told(await self._appointments.on_day(day, limit, after), actor)

    async def _told(self, found: Listed[Appointment], actor: Actor, *of: str) -> Listed[Scheduled]:
        await self._audit.read(actor, "read_appointment", *of, *(f"appointments/{each.id}" for each in found.items))
        return Listed(tuple(Scheduled.of(each) for each in found.items), found.next)
