"""What is taken of each resource's time.

Invariant: at no instant do the claims on a resource add up to more than the whole of it. A claim takes a share: an
exclusive one all of it, one shared among n a n-th, being on site nothing; of those that share, one at most leads. The
patient is a resource like the others, which is why a patient cannot be in two places.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from booking.domain.ids import AppointmentId
from booking.domain.intervals import Interval, day_interval
from careflow_domain.errors import DomainError, conflict, invalid


class ResourceKind(StrEnum):
    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    ROOM = "room"


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """Whatever can be in one place only."""

    kind: ResourceKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Use(StrEnum):
    EXCLUSIVE = "exclusive"
    SHARED = "shared"
    LEADING = "leading"
    """Shared as well, but only one visit can have it at a time: a nurse begins one infusion while watching another."""
    ON_SITE = "on_site"


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How much of a resource a visit needs. `places` is among how many visits it is shared. Raises
    `occupancy_invalid`.
    """

    use: Use
    places: int = 1

    def __post_init__(self) -> None:
        if (self.use in (Use.SHARED, Use.LEADING)) != (self.places > 1) or self.places < 1:
            raise invalid("occupancy_invalid", "Only what is shared has places, and then at least two.")

    @property
    def share(self) -> Fraction:
        return Fraction(self.parts_of(self.places), self.places)

    def parts_of(self, whole: int) -> int:
        """The share, counted in parts of a whole that `places` divides."""
        return 0 if self.use is Use.ON_SITE else whole // self.places


EXCLUSIVE = Occupancy(Use.EXCLUSIVE)
ON_SITE = Occupancy(Use.ON_SITE)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one visit takes of one resource."""

    resource: Resource
    interval: Interval
    occupancy: Occupancy


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim as it stands in a calendar day: cut to that day, with the appointment it belongs to."""

    appointment_id: AppointmentId
    interval: Interval
    occupancy: Occupancy


@dataclass(frozen=True, slots=True, order=True)
class DayKey:
    """Names one resource's local date. Claiming in the order of keys keeps two bookings from waiting for each other."""

    resource: Resource
    day: date

    def __str__(self) -> str:
        return f"{self.resource}|{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One resource's claims on one local date. Version 0 means that nothing was ever written."""

    key: DayKey
    taken: tuple[Taken, ...] = ()
    version: int = 0

    def share_taken(self, interval: Interval) -> Fraction:
        """The largest share that is taken at any instant of the interval."""
        touching = [t for t in self.taken if t.interval.overlaps(interval)]
        instants = [interval.start, *(t.interval.start for t in touching if t.interval.start > interval.start)]
        return max(
            sum((t.occupancy.share for t in touching if t.interval.start <= at < t.interval.end), Fraction(0))
            for at in instants
        )

    def has_room_for(self, interval: Interval, occupancy: Occupancy) -> bool:
        led = occupancy.use is Use.LEADING and any(
            t.occupancy.use is Use.LEADING and t.interval.overlaps(interval) for t in self.taken
        )
        return not led and self.share_taken(interval) + occupancy.share <= 1

    def claim(self, taken: Taken) -> "CalendarDay":
        """Raises `slot_taken`, or `patient_busy` when it is the patient's own day."""
        if not self.has_room_for(taken.interval, taken.occupancy):
            if self.key.resource.kind is ResourceKind.PATIENT:
                raise patient_busy()
            raise slot_taken()
        return replace(self, taken=(*self.taken, taken))

    def release(self, appointment_id: AppointmentId) -> "CalendarDay":
        """Without what this appointment took."""
        return replace(self, taken=tuple(t for t in self.taken if t.appointment_id != appointment_id))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days one decision looks at. A day that is asked for but not here is empty."""

    zone: ZoneInfo
    days: Mapping[DayKey, CalendarDay] = field(default_factory=dict)

    def day(self, key: DayKey) -> CalendarDay:
        return self.days.get(key) or CalendarDay(key)

    def claim(self, appointment_id: AppointmentId, claims: Iterable[Claim]) -> "Calendar":
        """All of the claims or none; one over midnight takes part of both days. Raises as `CalendarDay.claimed`."""
        days = dict(self.days)
        for claim in claims:
            for key in days_of((claim,), self.zone):
                part = claim.interval.within(day_interval(key.day, self.zone))
                if part is not None:
                    taken = Taken(appointment_id, part, claim.occupancy)
                    days[key] = (days.get(key) or CalendarDay(key)).claim(taken)
        return replace(self, days=days)

    def release(self, appointment_id: AppointmentId, claims: Iterable[Claim]) -> "Calendar":
        """Without what the appointment took on the days of these claims."""
        freed = {key: self.day(key).release(appointment_id) for key in days_of(claims, self.zone)}
        return replace(self, days={**self.days, **freed})

    def changes_since(self, before: "Calendar") -> tuple[CalendarDay, ...]:
        """The days that differ, in the order in which they must be written."""
        changed = (day for key, day in self.days.items() if day.taken != before.day(key).taken)
        return tuple(sorted(changed, key=lambda day: day.key))


def days_of(claims: Iterable[Claim], zone: ZoneInfo) -> tuple[DayKey, ...]:
    """The days these claims touch, each once, in order."""
    return tuple(sorted({DayKey(c.resource, day) for c in claims for day in c.interval.days(zone)}))


def slot_taken() -> DomainError:
    """Somebody else has it."""
    return conflict("slot_taken", "That time is taken.")


def patient_busy() -> DomainError:
    """The patient would have to be in two places."""
    return conflict("patient_busy", "The patient has another appointment at that time.")
