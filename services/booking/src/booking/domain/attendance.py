"""Whether the patient came to a visit, and how it ended. Who was forgotten on the day is set right afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from booking.domain.appointment_record import AppointmentFact
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from booking.domain.tasks import task_of
from booking.domain.telling import ToldAppointment
from booking.domain.visits import DISPOSITIONS, Disposition
from careflow_domain.errors import conflict, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentArrived(AppointmentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCompleted(AppointmentFact):
    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMissed(AppointmentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCorrected(AppointmentFact):
    """It had been recorded as `before` by mistake, or too early."""

    before: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedAppointment(ToldAppointment):
    """An appointment whose time has come: booked -> arrived -> fulfilled; or missed, or left unmarked."""

    def task_since(self, policy: BookingPolicy) -> datetime | None:
        task = task_of(self, policy)
        return task.since if task is not None else None

    def arrive(self, policy: BookingPolicy, *, now: datetime) -> Self:
        """The patient is there, or on the line. Raises `too_early_to_arrive`, `too_late_to_arrive` and `on_hold`."""
        self._expect(Status.BOOKED)
        self._check_not_held()
        if not policy.may_arrive(self.starts_at, now=now):
            raise conflict("too_early_to_arrive", "It is too early to arrive for this appointment.")
        if now >= self.day_ends:
            raise conflict("too_late_to_arrive", "The day of this appointment is over; correct what became of it.")
        return self._arrived(now)

    def complete(self, disposition: Disposition, *, now: datetime) -> Self:
        """How a consultation ended. Raises `completed_by_sessions`, `disposition_invalid` or `visit_not_started`."""
        allowed = DISPOSITIONS.get(self.kind)
        if allowed is None:
            raise conflict("completed_by_sessions", "A treatment visit is completed by its session record.")
        if disposition not in allowed:
            raise invalid("disposition_invalid", "A visit of this kind cannot end so.", allowed=sorted(allowed))
        self._expect(Status.ARRIVED)
        if now < self.starts_at:
            raise conflict("visit_not_started", "The visit has not begun yet.")
        after = self._next(Status.FULFILLED, disposition=disposition)
        return after.saying(AppointmentCompleted(appointment=after, disposition=disposition, at=now))

    def miss(self, *, now: datetime) -> Self:
        """Set by a person, never by a timer. Raises `visit_not_started`, and `on_hold`, `cannot_be_given` and
        `dose_gone`: nobody misses a visit that could not take place, or an integration of a dose that was not given.
        """
        self._expect(Status.BOOKED)
        self._check_not_held()
        if self.dose_gone_since is not None:
            raise conflict("dose_gone", "Its dose was not given, so that nobody missed it: call it off.")
        if self.unfit_since is not None:
            raise conflict(
                "cannot_be_given", "Nobody, or no room, was there for it, so that nobody missed it: call it off."
            )
        if now < self.starts_at:
            raise conflict("visit_not_started", "Nobody has missed a visit that has not begun.")
        after = self._next(Status.MISSED)
        return after.saying(AppointmentMissed(appointment=after, at=now))

    def left_unmarked(self) -> Self:
        """Its day is over, and nobody has said what became of it."""
        self._expect(Status.BOOKED)
        return self._next(Status.BOOKED, unmarked=True)

    def correct(self, *, now: datetime) -> Self:
        """The patient came after all: late, marked missed by mistake, or not marked at all that day."""
        if self.unmarked:
            self._check_not_held()
            return self._arrived(now)
        self._expect(Status.MISSED)
        after = self._next(Status.ARRIVED)
        return after.saying(AppointmentCorrected(appointment=after, before=self.status, at=now))

    def checked_in(self, *, now: datetime) -> Self:
        """The session's record says that the patient is there; what has ended already stays as it is."""
        if self.status is not Status.BOOKED:
            return self
        return self._arrived(now)

    def fulfilled(self) -> Self:
        """The session's record says that the visit is over; sessions tells everybody else itself."""
        if self.status not in (Status.BOOKED, Status.ARRIVED):
            return self
        return self._next(Status.FULFILLED)

    def _arrived(self, now: datetime) -> Self:
        after = self._next(Status.ARRIVED)
        return after.saying(AppointmentArrived(appointment=after, at=now))

    def _check_not_held(self) -> None:
        if self.holds:
            raise conflict("on_hold", "The visit is on hold; it cannot take place for now.")
