"""An appointment's life: held -> booked -> arrived -> fulfilled; booked -> cancelled or missed; missed -> arrived when
that was wrong; held -> lapsed.

Invariant: it keeps its identity through every move, and its version rises with every change.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.domain.appointment_record import AppointmentFact
from booking.domain.attendance import AttendedAppointment
from booking.domain.cancellations import WHOSE, Cancellation, CancelledBy, CancelReason
from booking.domain.ids import RoomId, WaitlistEntryId
from booking.domain.patient_details import PatientDetails
from booking.domain.policy import BookingPolicy
from booking.domain.slots import NewVisit, Provider, Slot
from booking.domain.states import BookedBy, Hold, Status
from booking.domain.visits import Ground
from careflow_domain.errors import DomainError, ErrorKind, conflict, forbidden, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentBooked(AppointmentFact):
    by: BookedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRescheduled(AppointmentFact):
    """`notice_minutes` is the time that was left to the slot given up."""

    by: BookedBy
    previous_starts_at: datetime
    notice_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentReassigned(AppointmentFact):
    """Somebody else gives it, or it is in another room, at the same time."""

    previous_providers: tuple[Provider, ...]
    previous_room_id: RoomId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCancelled(AppointmentFact):
    by: CancelledBy
    reason: CancelReason
    notice_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentPutOnHold(AppointmentFact):
    """The visit waits for `ground` too."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentReleased(AppointmentFact):
    """The visit no longer waits for `ground`, but may for others."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(AttendedAppointment):
    """One visit of one patient: how it is booked, moved, put on hold and given up."""

    @classmethod
    def held(cls, visit: NewVisit, policy: BookingPolicy, *, now: datetime) -> "Appointment":
        """Kept for the patient for a while; nothing is said of it before it is booked."""
        return cls._made(visit, policy, now, Status.HELD, held_until=now + policy.hold_for)

    @classmethod
    def asked_for(
        cls, visit: NewVisit, caller: PatientDetails, policy: BookingPolicy, *, now: datetime
    ) -> "Appointment":
        """Kept for somebody who is nobody's patient yet, until they have confirmed that it was they who asked."""
        until = min(now + policy.call_confirmed_within, visit.slot.interval.start)
        return replace(cls._made(visit, policy, now, Status.HELD, held_until=until), caller=caller)

    @classmethod
    def offered(
        cls, visit: NewVisit, policy: BookingPolicy, *, to: WaitlistEntryId, until: datetime, now: datetime
    ) -> "Appointment":
        """Kept for somebody on the waitlist until they have answered."""
        held = cls._made(visit, policy, now, Status.HELD, held_until=until)
        return replace(held, waitlist_entry_id=to)

    @classmethod
    def booked(cls, visit: NewVisit, policy: BookingPolicy, *, by: BookedBy, now: datetime) -> "Appointment":
        """Booked without a hold before it."""
        appointment = replace(cls._made(visit, policy, now, Status.BOOKED), arranged_at=now, announced_at=now)
        return appointment.saying(AppointmentBooked(appointment=appointment, by=by, at=now))

    def book(self, *, by: BookedBy, now: datetime) -> "Appointment":
        """The hold becomes an appointment. Raises `hold_expired`."""
        self.check_bookable(now=now)
        after = self._next(
            Status.BOOKED, held_until=None, arranged_at=now, announced_at=now, untold_since=None, caller=None
        )
        return after.saying(AppointmentBooked(appointment=after, by=by, at=now))

    def check_bookable(self, *, now: datetime) -> None:
        """Raises `wrong_state` for what is no hold, and `hold_expired`."""
        self._expect(Status.HELD)
        self.check_held(now=now)

    def check_held(self, *, now: datetime) -> None:
        """Raises `hold_expired` for a hold that is over, whether somebody has come to give it back or not."""
        if not self.is_held_at(now):
            raise DomainError(ErrorKind.GONE, "hold_expired", "The hold has run out; the time may be free still.")

    @property
    def is_offered(self) -> bool:
        """Whether the time is held for somebody on the waitlist."""
        return self.status is Status.HELD and self.waitlist_entry_id is not None

    def is_held_at(self, now: datetime) -> bool:
        """Whether the time is reserved and that has not run out."""
        return self.status is Status.HELD and (self.held_until is None or now < self.held_until)

    def lapse(self) -> "Appointment":
        """The hold is over; its time is free again, and nobody need be told of it any more."""
        self._expect(Status.HELD)
        return self._next(Status.LAPSED, held_until=None, untold_since=None, caller=None)

    def given_otherwise(self, slot: Slot, *, until: datetime | None = None) -> "Appointment":
        """What is held at that time is given by others, or in another room; kept `until` then where the patient is
        asked about it anew.
        """
        self._expect(Status.HELD)
        if until is None:
            return self._next(Status.HELD, slot=slot)
        return self._next(Status.HELD, slot=slot, held_until=until, untold_since=None)

    def reschedule(self, slot: Slot, *, by: BookedBy, policy: BookingPolicy, now: datetime) -> "Appointment":
        """The same appointment at another time.

        Raises `visit_started`, `late_move_needs_coordinator` or `same_slot`.
        """
        self._expect(Status.BOOKED)
        self._check_not_started(now)
        if slot.interval == self.slot.interval and slot.modality is self.slot.modality:
            raise invalid("same_slot", "The appointment is at that time already.")
        notice = self.starts_at - now
        late = notice < policy.late_notice and not self.could_not_be_lost
        moves, first = self.late_moves, self.first_notice_minutes
        if late and by is BookedBy.PATIENT:
            recent = [moved for moved in moves if moved > now - policy.late_moves_window]
            if len(recent) >= policy.late_moves_allowed.value:
                raise forbidden("late_move_needs_coordinator", "Another move at short notice is the coordinator's.")
            moves = (*moves, now)
            first = _minutes(notice) if first is None else first
        after = self._next(
            Status.BOOKED,
            slot=slot,
            late_moves=moves,
            first_notice_minutes=first,
            arranged_at=now,
            announced_at=now,
            untold_since=None,
            dose_gone_since=None,
            unfit_since=None,
            cancels_at=policy.held_until(self._held_since, slot.interval.start),
        )
        return after.saying(
            AppointmentRescheduled(
                appointment=after, by=by, previous_starts_at=self.starts_at, notice_minutes=_minutes(notice), at=now
            )
        )

    def reassign(self, slot: Slot, *, agreed: bool, now: datetime) -> "Appointment":
        """The same appointment with somebody else, or in another room: no move, and nothing is owed.

        Raises `same_staff`, or `ask_patient_first` if it would be another therapist and the patient has not `agreed`.
        """
        self._expect(Status.BOOKED)
        if (slot.providers, slot.room_id) == (self.slot.providers, self.slot.room_id):
            raise invalid("same_staff", "The visit is with them, and in that room, already.")
        if not agreed and slot.therapists != self.slot.therapists:
            raise conflict("ask_patient_first", "Another therapist: the patient is asked first.")
        after = self._next(Status.BOOKED, slot=slot, unfit_since=None)
        return after.saying(
            AppointmentReassigned(
                appointment=after,
                previous_providers=self.slot.providers,
                previous_room_id=self.slot.room_id,
                at=now,
            )
        )

    def cancel(self, reason: CancelReason, *, asked_by: BookedBy, now: datetime) -> "Appointment":
        """Raises `visit_started` when a patient is too late to cancel online; their reason is always their own wish.

        Whoever gives up a visit that could not take place for now, or that nobody could give, or that has lost its
        dose, owes nothing for it.
        """
        self._expect(Status.BOOKED)
        if asked_by is BookedBy.PATIENT:
            self._check_not_started(now)
            reason = CancelReason.PATIENT_REQUEST
        notice = _minutes(self.starts_at - now)
        if self.first_notice_minutes is not None:
            notice = min(notice, self.first_notice_minutes)
        whose = CancelledBy.CLINICAL_HOLD if self.holds else WHOSE[reason]
        if whose is CancelledBy.PATIENT and self.could_not_be_lost:
            whose = CancelledBy.CLINIC
        cancellation = Cancellation(whose, reason, notice)
        after = self._next(Status.CANCELLED, cancellation=cancellation, untold_since=None)
        cancelled = AppointmentCancelled(appointment=after, by=whose, reason=reason, notice_minutes=notice, at=now)
        return after.saying(cancelled)

    def found_fit(self, fit: bool, *, now: datetime) -> "Appointment":
        """Whether everybody, and the room, can give it as it is booked. The visit itself stays as it was seen."""
        if fit is (self.unfit_since is None):
            return self
        return self._alike(unfit_since=None if fit else now)

    def with_dose_gone(self, *, gone: bool, now: datetime) -> "Appointment":
        """Whether an integration has lost its dose; somebody has to say whether it stays."""
        self._expect(Status.BOOKED)
        return self._next(Status.BOOKED, dose_gone_since=now if gone else None)

    def kept(self, *, now: datetime) -> "Appointment":
        """An integration that has lost its dose takes place all the same. Raises `nothing_to_settle`, and
        `visit_started`: whoever is there has arrived.
        """
        self._expect(Status.BOOKED)
        if self.dose_gone_since is None:
            raise conflict("nothing_to_settle", "Nobody has to say whether this visit stays.")
        self._check_not_started(now)
        return self._next(Status.BOOKED, dose_gone_since=None)

    def waiting_for(self, grounds: tuple[Ground, ...], policy: BookingPolicy, *, now: datetime) -> "Appointment":
        """Exactly these keep the booked visit from taking place. Each that is new or gone is said, one by one."""
        self._expect(Status.BOOKED)
        after = self
        for hold in self.holds:
            if hold.ground not in grounds:
                after = after._holding(tuple(each for each in after.holds if each != hold), policy)
                after = after.saying(AppointmentReleased(appointment=after, ground=hold.ground, at=now))
        held = {hold.ground for hold in self.holds}
        for ground in grounds:
            if ground not in held:
                after = after._holding((*after.holds, Hold(ground, now)), policy)
                after = after.saying(AppointmentPutOnHold(appointment=after, ground=ground, at=now))
        return after

    @classmethod
    def _made(
        cls,
        visit: NewVisit,
        policy: BookingPolicy,
        now: datetime,
        status: Status,
        held_until: datetime | None = None,
    ) -> "Appointment":
        return cls(
            id=visit.id,
            patient_id=visit.patient_id,
            kind=visit.kind,
            slot=visit.slot,
            status=status,
            template_version=visit.template_version,
            policy_version=policy.version,
            made_at=now,
            held_until=held_until,
            plan_id=visit.plan_id,
            phase=visit.phase,
        )

    @property
    def could_not_be_lost(self) -> bool:
        """Whether it could not take place as it was booked, so that giving that time up is no loss of the patient's."""
        return self.to_be_called_about or self.dose_gone_since is not None

    @property
    def _held_since(self) -> datetime | None:
        return min((hold.since for hold in self.holds), default=None)

    def _holding(self, holds: tuple[Hold, ...], policy: BookingPolicy) -> "Appointment":
        after = self._next(Status.BOOKED, holds=holds)
        return replace(after, cancels_at=policy.held_until(after._held_since, self.starts_at))

    def _check_not_started(self, now: datetime) -> None:
        if now >= self.starts_at:
            raise conflict("visit_started", "The time of the appointment has come; please call the clinic.")


def _minutes(notice: timedelta) -> int:
    return max(0, int(notice.total_seconds() // 60))
