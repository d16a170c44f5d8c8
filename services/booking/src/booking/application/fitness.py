"""Marks the booked visits that somebody, or a room, cannot give any more as something to see to; what is offered so to
those who wait is given by others, or withdrawn.

Invariant: a visit is marked by who and what is there when it is looked at, and no longer once it can be given again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import Calendar, DayKey, Resource
from booking.domain.care_path import CarePath
from booking.domain.fitness_checks import FitnessCheck
from booking.domain.ids import AppointmentId
from booking.domain.intervals import Interval
from booking.domain.states import Status
from booking.domain.unfit import unfit
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side

_AT_ONCE: Final = 50
"""After so many visits the day is the last that one transaction looks at: it stays small however full the calendar is.
"""


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
        """The next of them, by their calendar: whole days, until it has been enough for one transaction."""
        zone, ahead = self.ports.zone, tx.now + self.ports.policy.horizon + timedelta(days=1)
        days = [
            DayKey(check.resource, day)
            for day in Interval(tx.now, ahead).days(zone)
            if check.seen_before is None or day >= check.seen_before
        ]
        calendar, clinic = await side_by_side(self.ports.calendar_days.look(days), Scheduling(self.ports).everybody())
        found, rest = _first_of(days, calendar)
        looked = [each for each in await self.ports.appointments.several(found) if each.starts_at > tx.now]
        patients = await self.ports.patients.several(sorted({each.patient_id for each in looked}))
        states = {each.id: each.details.state for each in patients}
        for visit in (each for each in looked if each.patient_id in states):
            state = states[visit.patient_id]
            if self._changes(visit, clinic, state):
                await self._judge(await self.ports.appointments.get(visit.id), clinic, state, tx)
        await self.ports.fitness_checks.save(check.seen(rest), expecting=check.version, tx=tx)

    async def of_patient(self, path: CarePath, state: str, tx: Transaction) -> None:
        """Everything that is booked for a patient, or offered to them, who lives in this state now."""
        clinic = await Scheduling(self.ports).everybody()
        for noted in (*path.booked(), *path.offers):
            visit = await self.ports.appointments.get(noted.appointment_id)
            if visit.starts_at > tx.now:
                await self._judge(visit, clinic, state, tx)

    def _changes(self, visit: Appointment, clinic: Clinic, state: str) -> bool:
        fit = not unfit(visit, clinic, state, self.ports.zone)
        return (visit.is_to_come and fit is not (visit.unfit_since is None)) or (visit.is_offered and not fit)

    async def _judge(self, visit: Appointment, clinic: Clinic, state: str, tx: Transaction) -> None:
        fit = not unfit(visit, clinic, state, self.ports.zone)
        if visit.is_offered and not fit:
            await self._give_otherwise(visit, tx)
        if visit.status is Status.BOOKED and (after := visit.found_fit(fit, now=tx.now)) is not visit:
            await self.ports.appointments.save(after, expecting=visit.version, tx=tx)

    async def _give_otherwise(self, offered: Appointment, tx: Transaction) -> None:
        patient, path = await side_by_side(
            self.ports.patients.get(offered.patient_id, of=offered.patient_id),
            self.ports.care_paths.get(offered.patient_id, of=offered.patient_id),
        )
        offering = Offering(self.ports)
        if not await offering.given_by_others(offered, patient, path, tx):
            after = await offering.withdraw(offered, path, tx)
            await upsert(self.ports.care_paths, path, after, tx)


def _first_of(days: Sequence[DayKey], calendar: Calendar) -> tuple[Sequence[AppointmentId], date | None]:
    """What has taken something of the first of these days, and the day on which the rest begins."""
    found: dict[AppointmentId, None] = {}
    for key in days:
        if len(found) >= _AT_ONCE:
            return list(found), key.day
        found |= dict.fromkeys(each.appointment_id for each in calendar.day(key).taken)
    return list(found), None
