"""An appointment's life: held -> booked -> arrived -> fulfilled; booked -> cancelled or missed; missed -> arrived when
that was wrong; held -> lapsed.

Invariant: it keeps its identity through every move, and its version rises with every change.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.cancellations import WHOSE, Cancellation, CancelledBy, CancelReason
from booking.domain.ids import AppointmentId, PatientId, PlanId, RoomId
from booking.domain.intervals import day_interval
from booking.domain.policy import BookingPolicy
from booking.domain.slots import NewVisit, Provider, Slot
from booking.domain.states import BookedBy, Hold, Status
from booking.domain.visits import DISPOSITIONS, Disposition, Ground, Phase, VisitKind
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import DomainError, ErrorKind, conflict, forbidden, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFact(Fact):
    """Something that became true of an appointment, which is told as it is afterwards."""

    appointment: "Appointment"


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
class AppointmentPutOnHold(AppointmentFact):
    """The visit waits for `ground` too."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentReleased(AppointmentFact):
    """The visit no longer waits for `ground`, but may for others."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Aggregate):
    """One visit of one patient. `late_moves` are the times at which the patient moved it inside the notice window;
    `first_notice_minutes` is the notice given for the first slot so lost, and is what a later cancellation counts.
    `holds` is what a booked visit waits for, `cancels_at` when it is called off if it waits still; `unmarked` is one
    of an earlier day of which nobody has said what became of it.
    """

    id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    slot: Slot
    status: Status
    template_version: str
    policy_version: str
    made_at: datetime
    held_until: datetime | None = None
    disposition: Disposition | None = None
    cancellation: Cancellation | None = None
    late_moves: tuple[datetime, ...] = ()
    first_notice_minutes: int | None = None
    plan_id: PlanId | None = None
    phase: Phase | None = None
    holds: tuple[Hold, ...] = ()
    cancels_at: datetime | None = None
    unmarked: bool = False

    @property
    def starts_at(self) -> datetime:
        return self.slot.interval.start

    @property
    def day_ends(self) -> datetime:
        """The midnight after it, where it takes place: until then it can be arrived at."""
        zone = ZoneInfo(self.slot.timezone)
        return day_interval(self.starts_at.astimezone(zone).date(), zone).end

    @classmethod
    def held(cls, visit: NewVisit, policy: BookingPolicy, *, now: datetime) -> "Appointment":
        """Kept for the patient for a while; nothing is said of it before it is booked."""
        return cls._made(visit, policy, now, Status.HELD, held_until=now + policy.hold_for)

    @classmethod
    def booked(cls, visit: NewVisit, policy: BookingPolicy, *, by: BookedBy, now: datetime) -> "Appointment":
        """Booked without a hold before it."""
        appointment = cls._made(visit, policy, now, Status.BOOKED)
        return appointment.saying(AppointmentBooked(appointment=appointment, by=by, at=now))

    def book(self, *, by: BookedBy, now: datetime) -> "Appointment":
        """The hold becomes an appointment. Raises `hold_expired`."""
        self._expect(Status.HELD)
        if self.held_until is not None and now >= self.held_until:
            raise DomainError(ErrorKind.GONE, "hold_expired", "The hold has run out; the time may be free still.")
        after = self._next(Status.BOOKED, held_until=None)
        return after.saying(AppointmentBooked(appointment=after, by=by, at=now))

    def lapse(self) -> "Appointment":
        """The hold is over; its time is free again."""
        self._expect(Status.HELD)
        return self._next(Status.LAPSED, held_until=None)

    def reschedule(self, slot: Slot, *, by: BookedBy, policy: BookingPolicy, now: datetime) -> "Appointment":
        """The same appointment at another time.

        Raises `visit_started`, `late_move_needs_coordinator` or `same_slot`.
        """
        self._expect(Status.BOOKED)
        self._check_not_started(now)
        if slot.interval == self.slot.interval and slot.modality is self.slot.modality:
            raise invalid("same_slot", "The appointment is at that time already.")
        notice = self.starts_at - now
        late = notice < policy.late_notice
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
        after = self._next(Status.BOOKED, slot=slot)
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

        Whoever gives up a visit that could not take place for now owes nothing for it.
        """
        self._expect(Status.BOOKED)
        if asked_by is BookedBy.PATIENT:
            self._check_not_started(now)
            reason = CancelReason.PATIENT_REQUEST
        notice = _minutes(self.starts_at - now)
        if self.first_notice_minutes is not None:
            notice = min(notice, self.first_notice_minutes)
        whose = CancelledBy.CLINICAL_HOLD if self.holds else WHOSE[reason]
        after = self._next(Status.CANCELLED, cancellation=Cancellation(whose, reason, notice))
        cancelled = AppointmentCancelled(appointment=after, by=whose, reason=reason, notice_minutes=notice, at=now)
        return after.saying(cancelled)

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

    def arrive(self, policy: BookingPolicy, *, now: datetime) -> "Appointment":
        """The patient is there, or on the line. Raises `too_early_to_arrive`, `too_late_to_arrive` and `on_hold`."""
        self._expect(Status.BOOKED)
        self._check_not_held()
        if now < self.starts_at - policy.arrival_opens:
            raise conflict("too_early_to_arrive", "It is too early to arrive for this appointment.")
        if now >= self.day_ends:
            raise conflict("too_late_to_arrive", "The day of this appointment is over; correct what became of it.")
        after = self._next(Status.ARRIVED)
        return after.saying(AppointmentArrived(appointment=after, at=now))

    def complete(self, disposition: Disposition, *, now: datetime) -> "Appointment":
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

    def miss(self, *, now: datetime) -> "Appointment":
        """Set by a person, never by a timer. Raises `visit_not_started`, and `on_hold`: nobody misses such a visit."""
        self._expect(Status.BOOKED)
        self._check_not_held()
        if now < self.starts_at:
            raise conflict("visit_not_started", "Nobody has missed a visit that has not begun.")
        after = self._next(Status.MISSED)
        return after.saying(AppointmentMissed(appointment=after, at=now))

    def left_unmarked(self) -> "Appointment":
        """Its day is over, and nobody has said what became of it."""
        self._expect(Status.BOOKED)
        return self._next(Status.BOOKED, unmarked=True)

    def correct(self, *, now: datetime) -> "Appointment":
        """The patient came after all: late, marked missed by mistake, or without that anybody marked it that day."""
        if self.unmarked:
            self._check_not_held()
            after = self._next(Status.ARRIVED)
            return after.saying(AppointmentArrived(appointment=after, at=now))
        self._expect(Status.MISSED)
        after = self._next(Status.ARRIVED)
        return after.saying(AppointmentCorrected(appointment=after, before=self.status, at=now))

    def checked_in(self, *, now: datetime) -> "Appointment":
        """The session's record says that the patient is there; what has ended already stays as it is."""
        if self.status is not Status.BOOKED:
            return self
        after = self._next(Status.ARRIVED)
        return after.saying(AppointmentArrived(appointment=after, at=now))

    def fulfilled(self) -> "Appointment":
        """The session's record says that the visit is over; sessions tells everybody else itself."""
        if self.status not in (Status.BOOKED, Status.ARRIVED):
            return self
        return self._next(Status.FULFILLED)

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
    def _held_since(self) -> datetime | None:
        return min((hold.since for hold in self.holds), default=None)

    def _holding(self, holds: tuple[Hold, ...], policy: BookingPolicy) -> "Appointment":
        after = self._next(Status.BOOKED, holds=holds)
        return replace(after, cancels_at=policy.held_until(after._held_since, self.starts_at))

    def _check_not_held(self) -> None:
        if self.holds:
            raise conflict("on_hold", "The visit is on hold; it cannot take place for now.")

    def _check_not_started(self, now: datetime) -> None:
        if now >= self.starts_at:
            raise conflict("visit_started", "The time of the appointment has come; please call the clinic.")

    def _next(self, status: Status, **changes: object) -> "Appointment":
        unmarked = self.unmarked and status is Status.BOOKED
        changed = {"status": status, "unmarked": unmarked, **changes}
        return replace(self.recording(), **changed)  # type: ignore[arg-type]  # fields by name

    def _expect(self, status: Status) -> None:
        if self.status is not status:
            raise conflict("wrong_state", f"The appointment is not {status}.", status=self.status.value)


def _minutes(notice: timedelta) -> int:
    return max(0, int(notice.total_seconds() // 60))
