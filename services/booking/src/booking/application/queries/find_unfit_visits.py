"""Finds the booked visits that somebody, or a room, cannot give any more: the desk reassigns, moves or cancels them."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.domain.intervals import Interval
from booking.domain.unfit import Unfit, unfit
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class UnfitVisit:
    visit: Scheduled
    unfit: tuple[Unfit, ...]


@dataclass(frozen=True, slots=True)
class FindUnfitVisits:
    """Derived from hours and licences as they are, never stored: a visit is listed until it is fit again."""

    ports: Ports

    async def __call__(
        self, starts_from: datetime, starts_before: datetime, actor: Actor, limit: int, after: str | None
    ) -> Listed[UnfitVisit]:
        """Those among the next `limit` booked visits of that time; a page may be empty and not the last."""
        asked = Interval(starts_from, starts_before)
        booked = await self.ports.appointments.booked(asked, limit, after)
        clinic = await Scheduling(self.ports).everybody()
        patients = sorted({each.patient_id for each in booked.items})
        details = await asyncio.gather(*(self.ports.patients.get(each) for each in patients))
        states = {patient.id: patient.details.state for patient in details}
        found = [
            UnfitVisit(Scheduled.of(each), because)
            for each in booked.items
            if (because := unfit(each, clinic, states[each.patient_id], self.ports.zone))
        ]
        shown = (f"appointments/{each.visit.appointment_id}" for each in found)
        await self.ports.audit.read(actor, "find_unfit_visits", *shown)
        return Listed(tuple(found), booked.next)
