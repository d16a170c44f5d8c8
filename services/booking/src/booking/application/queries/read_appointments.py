"""Reads appointments: one, a patient's, or a day's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId, PatientId
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor
from careflow_service.listed import Listed

MOST_COMING: Final = 200
"""More visits than a patient has booked at once."""


@dataclass(frozen=True, slots=True)
class ReadAppointments:
    """A patient is shown their own only. Who read what is kept."""

    ports: Ports

    async def one(self, appointment_id: AppointmentId, actor: Actor) -> Scheduled:
        """Raises `appointment_not_found`, also for another's appointment."""
        appointment = await self.ports.appointments.get(appointment_id)
        check_own(actor, appointment.patient_id, "appointment")
        await self.ports.audit.read(actor, "read_appointment", f"appointments/{appointment.id}")
        return Scheduled.of(appointment)

    async def of_patient(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Scheduled]:
        """Raises `patient_not_found` for another's patient."""
        check_own(actor, patient_id, "patient")
        return await self._told(
            await self.ports.appointments.of_patient(patient_id, limit, after), actor, f"patients/{patient_id}"
        )

    async def since(
        self, patient_id: PatientId, start: datetime, actor: Actor, limit: int, after: str | None
    ) -> Listed[Scheduled]:
        """Those from then on, earliest first. Raises `patient_not_found` for another's patient."""
        check_own(actor, patient_id, "patient")
        found = await self.ports.appointments.since(patient_id, start, limit, after)
        return await self._told(found, actor, f"patients/{patient_id}")

    async def before(
        self, patient_id: PatientId, end: datetime, actor: Actor, limit: int, after: str | None
    ) -> Listed[Scheduled]:
        """Those before, latest first. Raises `patient_not_found` for another's patient."""
        check_own(actor, patient_id, "patient")
        found = await self.ports.appointments.before(patient_id, end, limit, after)
        return await self._told(found, actor, f"patients/{patient_id}")

    async def coming(self, patient_id: PatientId, actor: Actor) -> Sequence[Scheduled]:
        """What is booked for a patient and to come, earliest first. Raises `patient_not_found` for another's."""
        check_own(actor, patient_id, "patient")
        found = await self.ports.appointments.coming(patient_id, self.ports.clock(), MOST_COMING)
        return (await self._told(Listed(tuple(found), None), actor, f"patients/{patient_id}")).items

    async def on_day(self, day: date, actor: Actor, limit: int, after: str | None) -> Listed[Scheduled]:
        """A day of the clinic, for those who work there."""
        if is_patient(actor):
            raise forbidden("forbidden", "The clinic's day is shown to its staff.")
        return await self._told(await self.ports.appointments.on_day(day, limit, after), actor)

    async def _told(self, found: Listed[Appointment], actor: Actor, *of: str) -> Listed[Scheduled]:
        await self.ports.audit.read(
            actor, "read_appointment", *of, *(f"appointments/{each.id}" for each in found.items)
        )
        return Listed(tuple(Scheduled.of(each) for each in found.items), found.next)
