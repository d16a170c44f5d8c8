"""Finds free time and claims it. What every use case that gives a visit a time shares.

Invariant: a visit's claims are made in the transaction that saves the visit, on days that were made beforehand.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import TypeVar
from zoneinfo import ZoneInfo

from booking.application.ports import CalendarDays, DaysMissing, Practitioners, Rooms
from booking.application.turns import Turns
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic, Opening, Wanted, openings, required_opening
from booking.domain.calendar import Calendar, days_of
from booking.domain.ids import AppointmentId, LocationId, PatientId, PractitionerId
from booking.domain.intervals import Interval
from booking.domain.patients import PatientDetails
from booking.domain.policy import BookingPolicy
from booking.domain.slots import Slot
from booking.domain.states import BookedBy
from booking.domain.visit_templates import VisitTemplates
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import DomainError
from careflow_service.clock import Clock
from careflow_service.work import Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The time somebody asks for."""

    kind: VisitKind
    starts_at: datetime
    modality: Modality
    provider: PractitionerId | None = None


class _Refused(Exception):
    """No free time as wished; carries what was looked for, so that other times can be named once the transaction is
    over.
    """

    def __init__(self, refusal: DomainError, wish: Wish, wanted: Wanted, clinic: Clinic) -> None:
        super().__init__()
        self.refusal = refusal
        self.wish = wish
        self.wanted = wanted
        self.clinic = clinic


class Scheduling:
    """The clinic's calendar as use cases see it."""

    def __init__(
        self,
        *,
        practitioners: Practitioners,
        rooms: Rooms,
        calendar_days: CalendarDays,
        templates: VisitTemplates,
        policy: BookingPolicy,
        location_id: LocationId,
        zone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._practitioners = practitioners
        self._rooms = rooms
        self._days = calendar_days
        self._templates = templates
        self._policy = policy
        self._location_id = location_id
        self._zone = zone
        self._clock = clock
        self._turns = Turns()

    @property
    def template_version(self) -> str:
        return self._templates.version

    async def run(self, wishes: Sequence[Wish], patient_id: PatientId | None, command: Callable[[], Awaitable[T]]) -> T:
        """Runs a command that will `claim` these, in its turn. Makes the calendar days it needs, and names free times
        where it is refused one.

        `patient_id` is for whom, if they are registered: their days are seldom there yet, so they are made right away.
        """
        if patient_id is not None:
            ahead = [wish for wish in wishes if self._is_ahead(wish.starts_at)]
            own = [self._templates.of(wish.kind).patient_claim(patient_id, wish.starts_at) for wish in ahead]
            await self._days.make(days_of(own, self._zone))
        try:
            async with self._turns.taking(*(self._date(wish.starts_at) for wish in wishes)):
                return await self._with_days(command, times=len(wishes))
        except _Refused as refused:
            until = self._ahead(refused.wish.starts_at)
            found = await self._free(refused.wanted, refused.clinic, until, self._policy.suggestions.value)
            raise refused.refusal.with_extra(next_free=[opening.interval.start for opening in found]) from None

    async def claim(
        self,
        wish: Wish,
        patient_id: PatientId,
        patient: PatientDetails,
        appointment_id: AppointmentId,
        tx: Transaction,
        *,
        by: BookedBy,
        instead_of: Appointment | None = None,
    ) -> Slot:
        """Takes the wished time for the appointment, giving up the one it had.

        Raises the refusals of `BookingPolicy.check_start`, `VisitTemplate.check_modality` and `required_opening`.
        """
        self._policy.check_start(wish.starts_at, now=tx.now, by_patient=by is BookedBy.PATIENT)
        template = self._templates.of(wish.kind)
        template.check_modality(wish.modality, self._date(wish.starts_at))
        wanted = Wanted(
            template=template,
            modality=wish.modality,
            state=patient.state,
            patient_id=patient_id,
            provider=wish.provider,
        )
        clinic = await self._clinic(wanted)
        given_up = instead_of.slot.claims if instead_of else ()
        looked_at = clinic.days_to_read(wanted, template.reach(wish.starts_at), self._zone)
        before = await self._days.load(sorted({*looked_at, *days_of(given_up, self._zone)}))
        free = before.release(appointment_id, given_up)
        try:
            opening = required_opening(wanted, clinic, free, wish.starts_at)
        except DomainError as refusal:
            raise _Refused(refusal, wish, wanted, clinic) from None
        slot = Slot.of(opening, wanted, patient_id, location_id=self._location_id, timezone=self._zone.key)
        await self._days.save(free.claim(appointment_id, slot.claims).changes_since(before), tx)
        return slot

    async def release(self, appointment: Appointment, tx: Transaction) -> None:
        """Gives the appointment's time back."""
        claims = appointment.slot.claims
        before = await self._days.load(days_of(claims, self._zone))
        await self._days.save(before.release(appointment.id, claims).changes_since(before), tx)

    async def free(self, wanted: Wanted, starts: Interval, limit: int) -> tuple[Opening, ...]:
        """The first openings that start in this time. Raises `modality_not_allowed` if there can be none from its
        start.
        """
        wanted.template.check_modality(wanted.modality, self._date(starts.start))
        return await self._free(wanted, await self._clinic(wanted), starts, limit)

    async def _free(self, wanted: Wanted, clinic: Clinic, starts: Interval, limit: int) -> tuple[Opening, ...]:
        span = Interval(starts.start, wanted.template.reach(starts.end).end)
        calendar = await self._days.look(clinic.days_to_read(wanted, span, self._zone))
        # In a thread, so that other requests go on: it may take tens of milliseconds. The domain is pure and all it is
        # given is frozen, so nothing can change under it.
        return await asyncio.to_thread(self._first, wanted, clinic, calendar, starts, limit)

    def _first(
        self, wanted: Wanted, clinic: Clinic, calendar: Calendar, starts: Interval, limit: int
    ) -> tuple[Opening, ...]:
        """What is allowed may end, never begin, with a date: after the first that is not there is none."""
        found = openings(wanted, clinic, calendar, starts)
        allowed = takewhile(
            lambda o: wanted.modality in wanted.template.allowed_on(self._date(o.interval.start)), found
        )
        return tuple(islice(allowed, limit))

    def wanted(
        self,
        kind: VisitKind,
        modality: Modality,
        *,
        state: str | None = None,
        patient_id: PatientId | None = None,
        provider: PractitionerId | None = None,
    ) -> Wanted:
        """What to look for; the clinic's own state where nobody said another."""
        return Wanted(
            template=self._templates.of(kind),
            modality=modality,
            state=state or self._policy.home_state,
            patient_id=patient_id,
            provider=provider,
        )

    async def _with_days(self, command: Callable[[], Awaitable[T]], *, times: int) -> T:
        """Each claim may find days missing that were not thought of before."""
        for _ in range(times):
            try:
                return await command()
            except DaysMissing as missing:
                await self._days.make(missing.keys)
        return await command()

    def _is_ahead(self, start: datetime) -> bool:
        now = self._clock()
        return now < start <= now + self._policy.horizon

    def _ahead(self, wished: datetime) -> Interval:
        start = max(wished, self._clock() + self._policy.self_booking_lead)
        return Interval(start, start + timedelta(days=self._policy.suggestion_days.value))

    async def _clinic(self, wanted: Wanted) -> Clinic:
        practitioners = await self._practitioners.active()
        rooms = await self._rooms.active() if any(part.room for part in wanted.parts) else ()
        return Clinic(self._location_id, practitioners, rooms)

    def _date(self, instant: datetime) -> date:
        return instant.astimezone(self._zone).date()
