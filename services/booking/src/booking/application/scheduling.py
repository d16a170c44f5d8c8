"""Finds free time and claims it. What every use case that gives a visit a time shares.

Invariant: a visit's claims are made in the unit of work that saves the visit.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from booking.application.ports import Ports
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic, Opening, Wanted, opening_at, openings
from booking.domain.calendar import Calendar, Claim, days_of
from booking.domain.ids import AppointmentId, PatientId, PractitionerId
from booking.domain.impossible import required_opening
from booking.domain.intervals import Interval
from booking.domain.patient_details import PatientDetails
from booking.domain.slots import Slot
from booking.domain.states import BookedBy
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import DomainError
from careflow_service.work import Transaction, side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The time somebody asks for: with this provider, the plan's therapist, without these people and rooms, and
    rather with those.
    """

    kind: VisitKind
    starts_at: datetime
    modality: Modality
    provider: PractitionerId | None = None
    therapist: PractitionerId | None = None
    without: frozenset[str] = frozenset()
    rather: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """What a wish is judged by: the days it depends on, and what is given up for it."""

    wish: Wish
    wanted: Wanted
    clinic: Clinic
    days: Calendar
    given_up: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a time cannot be, and the next free ones."""

    code: str
    next_free: tuple[datetime, ...]


class NoTime(Exception):
    """No free time as wished; carries what was looked for, so that other times can be named once the transaction is
    over.
    """

    def __init__(self, refusal: DomainError, wish: Wish, wanted: Wanted, clinic: Clinic) -> None:
        super().__init__()
        self.refusal = refusal
        self.wish = wish
        self.wanted = wanted
        self.clinic = clinic


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The clinic's calendar as use cases see it."""

    ports: Ports

    async def clinic(self, *wishes: Wish) -> Clinic:
        """Who and which rooms there are for these wishes."""
        return await self._clinic(*(self.wanted(wish.kind, wish.modality) for wish in wishes))

    async def everybody(self) -> Clinic:
        """Who and which rooms there are."""
        return Clinic(
            self.ports.location_id, *await side_by_side(self.ports.practitioners.active(), self.ports.rooms.active())
        )

    async def look(
        self,
        wish: Wish,
        patient_id: PatientId,
        patient: PatientDetails,
        clinic: Clinic,
        *,
        instead_of: Appointment | None = None,
    ) -> Look:
        """Reads the days on which the wished time depends; with them it can be claimed, giving up the one it is
        instead of.
        """
        wanted = self._wanted_by(wish, patient_id, patient)
        given_up = instead_of.slot.claims if instead_of else ()
        looked_at = clinic.days_to_read(wanted, wanted.template.reach(wish.starts_at), self.ports.zone)
        days = await self.ports.calendar_days.load(sorted({*looked_at, *days_of(given_up, self.ports.zone)}))
        return Look(wish, wanted, clinic, days, given_up)

    async def claim(
        self, look: Look, patient_id: PatientId, appointment_id: AppointmentId, tx: Transaction, *, by: BookedBy
    ) -> Slot:
        """Takes the wished time for the appointment.

        Raises the refusals of `BookingPolicy.check_start`, `VisitTemplate.check_modality` and `required_opening`.
        """
        wish, wanted = look.wish, look.wanted
        self.ports.policy.check_start(wish.starts_at, now=tx.now, by_patient=by is BookedBy.PATIENT)
        wanted.template.check_modality(wish.modality, self._date(wish.starts_at))
        free = look.days.release(appointment_id, look.given_up)
        try:
            opening = required_opening(wanted, look.clinic, free, wish.starts_at)
        except DomainError as refusal:
            raise NoTime(refusal, wish, wanted, look.clinic) from None
        slot = self._slot(opening, wanted, patient_id)
        await self.ports.calendar_days.save(free.claim(appointment_id, slot.claims).changes_since(look.days), tx)
        return slot

    async def release(self, appointment: Appointment, tx: Transaction) -> None:
        """Gives the appointment's time back."""
        claims = appointment.slot.claims
        before = await self.ports.calendar_days.load(days_of(claims, self.ports.zone))
        await self.ports.calendar_days.save(before.release(appointment.id, claims).changes_since(before), tx)

    async def substitute(self, wish: Wish, visit: Appointment, patient: PatientDetails, clinic: Clinic) -> Slot | None:
        """How the visit could be given as wished instead, for somebody who only looks; by nobody: nothing."""
        wanted = self._wanted_by(wish, visit.patient_id, patient)
        reach = clinic.days_to_read(wanted, wanted.template.reach(wish.starts_at), self.ports.zone)
        days = await self.ports.calendar_days.look(sorted({*reach, *days_of(visit.slot.claims, self.ports.zone)}))
        opening = opening_at(wanted, clinic, days.release(visit.id, visit.slot.claims), wish.starts_at)
        return None if opening is None else self._slot(opening, wanted, visit.patient_id)

    async def why_not(
        self,
        wish: Wish,
        patient_id: PatientId,
        patient: PatientDetails,
        clinic: Clinic,
        *,
        instead_of: Appointment | None = None,
    ) -> Impossible | None:
        """What makes the wished time impossible, for one of the clinic who only looks; None where nothing does. See
        `claim`.
        """
        wanted = self._wanted_by(wish, patient_id, patient)
        given_up = instead_of.slot.claims if instead_of else ()
        reach = clinic.days_to_read(wanted, wanted.template.reach(wish.starts_at), self.ports.zone)
        days = await self.ports.calendar_days.look(sorted({*reach, *days_of(given_up, self.ports.zone)}))
        free = days.release(instead_of.id, given_up) if instead_of else days
        try:
            self.ports.policy.check_start(wish.starts_at, now=self.ports.clock(), by_patient=False)
            wanted.template.check_modality(wish.modality, self._date(wish.starts_at))
            required_opening(wanted, clinic, free, wish.starts_at)
        except DomainError as refusal:
            return Impossible(refusal.code, tuple(await self._next_free(wanted, clinic, wish.starts_at)))
        return None

    async def free_instead(
        self,
        visit: Appointment,
        patient: PatientDetails,
        therapist: PractitionerId | None,
        clinic: Clinic,
        limit: int,
    ) -> tuple[datetime, ...]:
        """The times around its own at which the visit could be, whoever of these gives it; the plan's therapist where
        one is named.
        """
        wanted = self.wanted(
            visit.kind,
            visit.slot.modality,
            state=patient.state,
            patient_id=visit.patient_id,
            therapist=therapist,
        )
        found = await self._free(wanted, clinic, self._around(visit.starts_at), limit)
        return tuple(opening.interval.start for opening in found if opening.interval.start != visit.starts_at)

    async def free(self, wanted: Wanted, starts: Interval, limit: int) -> tuple[Opening, ...]:
        """The first openings that start in this time. Raises `modality_not_allowed` if there can be none from its
        start.
        """
        wanted.template.check_modality(wanted.modality, self._date(starts.start))
        return await self._free(wanted, await self._clinic(wanted), starts, limit)

    async def next_free(self, refused: NoTime) -> list[datetime]:
        """After a time that was refused."""
        return await self._next_free(refused.wanted, refused.clinic, refused.wish.starts_at)

    async def _next_free(self, wanted: Wanted, clinic: Clinic, wished: datetime) -> list[datetime]:
        found = await self._free(wanted, clinic, self._ahead(wished), self.ports.policy.suggestions.value)
        return [opening.interval.start for opening in found]

    async def _free(self, wanted: Wanted, clinic: Clinic, starts: Interval, limit: int) -> tuple[Opening, ...]:
        span = Interval(starts.start, wanted.template.reach(starts.end).end)
        calendar = await self.ports.calendar_days.look(clinic.days_to_read(wanted, span, self.ports.zone))
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

    def check_modality(self, kind: VisitKind, modality: Modality, at: datetime) -> None:
        """Raises `modality_not_allowed` where such a visit is not held so at that time."""
        self.ports.templates.of(kind).check_modality(modality, self._date(at))

    def wanted(
        self,
        kind: VisitKind,
        modality: Modality,
        *,
        state: str | None = None,
        patient_id: PatientId | None = None,
        provider: PractitionerId | None = None,
        therapist: PractitionerId | None = None,
    ) -> Wanted:
        """What to look for; the clinic's own state where nobody said another."""
        return Wanted(
            template=self.ports.templates.of(kind),
            modality=modality,
            state=state or self.ports.policy.home_state,
            patient_id=patient_id,
            provider=provider,
            therapist=therapist,
        )

    def _wanted_by(self, wish: Wish, patient_id: PatientId, patient: PatientDetails) -> Wanted:
        wanted = self.wanted(
            wish.kind,
            wish.modality,
            state=patient.state,
            patient_id=patient_id,
            provider=wish.provider,
            therapist=wish.therapist,
        )
        return replace(wanted, without=wish.without, rather=wish.rather)

    def _slot(self, opening: Opening, wanted: Wanted, patient_id: PatientId) -> Slot:
        return Slot.of(opening, wanted, patient_id, location_id=self.ports.location_id, timezone=self.ports.zone.key)

    def _ahead(self, wished: datetime) -> Interval:
        start = max(wished, self.ports.clock() + self.ports.policy.self_booking_lead)
        return Interval(start, start + timedelta(days=self.ports.policy.suggestion_days.value))

    def _around(self, at: datetime) -> Interval:
        """As long as `_ahead`, with a time that is further away in the middle."""
        return self._ahead(at - timedelta(days=self.ports.policy.suggestion_days.value) / 2)

    async def _clinic(self, *wanted: Wanted) -> Clinic:
        if not any(part.room for each in wanted for part in each.parts):
            return Clinic(self.ports.location_id, await self.ports.practitioners.active(), ())
        return await self.everybody()

    def _date(self, instant: datetime) -> date:
        return instant.astimezone(self.ports.zone).date()
