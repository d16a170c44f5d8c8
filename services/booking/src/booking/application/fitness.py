"""Marks the booked visits that somebody, or a room, cannot give any more as something to see to, and withdraws what is
offered to those who wait and cannot be given.

Invariant: a visit is marked by who and what is there when it is looked at, and no longer once it can be given again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import Resource
from booking.domain.care_path import CarePath
from booking.domain.fitness_checks import FitnessCheck
from booking.domain.ids import AppointmentId
from booking.domain.intervals import Interval
from booking.domain.states import Status
from booking.domain.unfit import unfit
from careflow_service.upsert import upsert
from careflow_service.work import Transaction

_AT_ONCE: Final = 50
"""So many booked visits are looked at by one transaction, which stays small however full the calendar is."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """Who changes a practitioner or a room asks for a look, which `timers` take; who changes a patient, at once."""

    ports: Ports

    async def asked(self, resource: Resource, tx: Transaction) -> None:
        """What is booked with it is looked through, from the beginning."""
        before = await self.ports.fitness_checks.find(FitnessCheck.id_of(resource), of=None)
        check = before or FitnessCheck(id=FitnessCheck.id_of(resource), resource=resource)
        await upsert(self.ports.fitness_checks, before, check.anew(now=tx.now), tx)

    async def look_on(self, check: FitnessCheck, tx: Transaction) -> None:
        """The next of them."""
        ahead = Interval(tx.now, tx.now + self.ports.policy.horizon + timedelta(days=1))
        found = await self.ports.appointments.booked(ahead, _AT_ONCE, check.seen_until)
        offered = await self.ports.appointments.offered() if check.seen_until is None else ()
        clinic = await Scheduling(self.ports).everybody()
        for visit in (*found.items, *offered):
            if any(claim.resource == check.resource for claim in visit.slot.claims):
                patient = await self.ports.patients.get(visit.patient_id)
                await self._judge(visit.id, clinic, patient.details.state, tx)
        await self.ports.fitness_checks.save(check.seen(found.next), expecting=check.version, tx=tx)

    async def of_patient(self, path: CarePath, state: str, tx: Transaction) -> None:
        """Everything that is booked for a patient, or offered to them, who lives in this state now."""
        clinic = await Scheduling(self.ports).everybody()
        for visit in (*path.booked(), *path.offers):
            await self._judge(visit.appointment_id, clinic, state, tx)

    async def _judge(self, appointment_id: AppointmentId, clinic: Clinic, state: str, tx: Transaction) -> None:
        visit: Appointment = await self.ports.appointments.get(appointment_id)
        if visit.starts_at <= tx.now:
            return
        fit = not unfit(visit, clinic, state, self.ports.zone)
        if visit.status is Status.HELD and not fit:
            await self._withdraw(visit, tx)
        if visit.status is Status.BOOKED and (after := visit.found_fit(fit, now=tx.now)) is not visit:
            await self.ports.appointments.save(after, expecting=visit.version, tx=tx)

    async def _withdraw(self, hold: Appointment, tx: Transaction) -> None:
        path = await self.ports.care_paths.get(hold.patient_id, of=hold.patient_id)
        after = await Offering(self.ports).withdraw(hold, path, tx)
        await upsert(self.ports.care_paths, path, after, tx)
