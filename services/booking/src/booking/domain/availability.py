"""Where a visit still fits: hours, licences and claims of all its parts at once, on the quarter-hour grid.

Free time is held as bits of an integer, one per quarter-hour: "free from minute 0 to 180" is then a few shifts, for any
number of days. The bits count UTC quarter-hours, so a local date has 92, 96 or 100 of them and DST needs no special
case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.calendar import (
    Calendar,
    CalendarDay,
    Claim,
    DayKey,
    Occupancy,
    Resource,
    ResourceKind,
    Use,
    patient_busy,
    slot_taken,
)
from booking.domain.ids import LocationId, PatientId, PractitionerId
from booking.domain.intervals import QUARTER, Interval
from booking.domain.practitioners import Practitioner
from booking.domain.rooms import Room
from booking.domain.visit_templates import Part, VisitTemplate
from booking.domain.visits import Modality, PractitionerRole
from careflow_domain.errors import invalid


@dataclass(frozen=True, slots=True)
class Staffing:
    """Which resource fills a part of the visit, and in which role if it is a person."""

    part: str
    resource: Resource
    role: PractitionerRole | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """A time at which the visit fits, with who and what would be taken."""

    interval: Interval
    staffing: tuple[Staffing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The visit somebody looks for. `state` is where the patient is; `provider` restricts who must be among those
    seen.
    """

    template: VisitTemplate
    modality: Modality
    state: str
    patient_id: PatientId | None = None
    provider: PractitionerId | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.template.parts_for(self.modality)


@dataclass(frozen=True, slots=True)
class Clinic:
    """The people and rooms there are at the location."""

    location_id: LocationId
    practitioners: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]

    def days_to_read(self, wanted: Wanted, span: Interval, zone: ZoneInfo) -> tuple[DayKey, ...]:
        """The calendar days on which an answer for this span depends."""
        roles = {role for part in wanted.parts for role in part.roles}
        purposes = {part.room for part in wanted.parts if part.room}
        resources = [Resource(ResourceKind.PRACTITIONER, p.id) for p in self.practitioners if p.roles & roles]
        resources += [Resource(ResourceKind.ROOM, r.id) for r in self.rooms if r.purposes & purposes]
        if wanted.patient_id:
            resources.append(Resource(ResourceKind.PATIENT, wanted.patient_id))
        return tuple(sorted(DayKey(r, day) for r in resources for day in span.days(zone)))


@dataclass(frozen=True, slots=True)
class _Grid:
    """A span of time as numbered quarter-hours."""

    start: datetime
    cells: int

    @classmethod
    def over(cls, span: Interval) -> "_Grid":
        start = span.start - (span.start - datetime.min.replace(tzinfo=span.start.tzinfo)) % QUARTER
        return cls(start, -(-(span.end - start) // QUARTER))

    def instant(self, cell: int) -> datetime:
        return self.start + cell * QUARTER

    def touched(self, interval: Interval) -> int:
        """The cells that overlap the interval."""
        return self._between((interval.start - self.start) // QUARTER, -(-(interval.end - self.start) // QUARTER))

    def inside(self, interval: Interval) -> int:
        """The cells that lie wholly in the interval."""
        return self._between(-(-(interval.start - self.start) // QUARTER), (interval.end - self.start) // QUARTER)

    def _between(self, first: int, last: int) -> int:
        first, last = max(first, 0), min(last, self.cells)
        return ((1 << (last - first)) - 1) << first if first < last else 0


@dataclass(frozen=True, slots=True)
class _Candidate:
    resource: Resource
    role: PractitionerRole | None
    starts: int
    """The cells at which the part may start with this resource."""


def openings(wanted: Wanted, clinic: Clinic, calendar: Calendar, starts: Interval) -> Iterator[Opening]:
    """Every opening whose start lies in `starts`, earliest first; those who are claimed least on these days are
    offered first.
    """
    span = Interval(starts.start, wanted.template.reach(starts.end).end)
    grid = _Grid.over(span)
    candidates = {part.name: _candidates(part, wanted, clinic, calendar, grid, span) for part in wanted.parts}
    possible = grid.inside(starts) & _patient_starts(wanted, calendar, grid)
    for found in candidates.values():
        possible &= _union(candidate.starts for candidate in found)
    while possible:
        cell = (possible & -possible).bit_length() - 1
        possible &= possible - 1
        staffing = _staff(wanted, candidates, cell, grid.instant(cell))
        if staffing is not None:
            yield Opening(wanted.template.interval(grid.instant(cell)), staffing)


def opening_at(wanted: Wanted, clinic: Clinic, calendar: Calendar, start: datetime) -> Opening | None:
    """The opening that starts exactly then, if there is one."""
    return next(openings(wanted, clinic, calendar, Interval(start, start + QUARTER)), None)


def required_opening(wanted: Wanted, clinic: Clinic, calendar: Calendar, start: datetime) -> Opening:
    """The opening that starts exactly then.

    Raises `patient_busy`, `slot_taken`, or `outside_hours` when it would not fit an empty calendar either.
    """
    opening = opening_at(wanted, clinic, calendar, start)
    if opening is not None:
        return opening
    if opening_at(replace(wanted, patient_id=None), clinic, Calendar(calendar.zone), start) is None:
        raise invalid("outside_hours", "Nobody who can give this visit, or no room for it, is there at that time.")
    if opening_at(replace(wanted, patient_id=None), clinic, calendar, start) is not None:
        raise patient_busy()
    raise slot_taken()


def _candidates(
    part: Part, wanted: Wanted, clinic: Clinic, calendar: Calendar, grid: _Grid, span: Interval
) -> list[_Candidate]:
    found = []
    days = span.days(calendar.zone)
    if part.room:
        for room in clinic.rooms:
            if room.serves(part.room):
                is_open = _union(grid.inside(i) for day in days for i in room.hours.open_on(day, calendar.zone))
                found.append(
                    _candidate(part, Resource(ResourceKind.ROOM, room.id), None, is_open, calendar, grid, span)
                )
    for role in part.roles:
        for person in clinic.practitioners:
            is_open = _union(
                grid.inside(interval)
                for day in days
                if person.may_act(role, wanted.state, day, wanted.modality)
                for interval in person.hours.open_on(day, calendar.zone)
            )
            resource = Resource(ResourceKind.PRACTITIONER, person.id)
            found.append(_candidate(part, resource, role, is_open, calendar, grid, span))
    taken = {c.resource: sum(len(d.taken) for d in _days(c.resource, calendar, span)) for c in found}
    return sorted((c for c in found if c.starts), key=lambda c: (taken[c.resource], c.resource))


def _candidate(
    part: Part,
    resource: Resource,
    role: PractitionerRole | None,
    is_open: int,
    calendar: Calendar,
    grid: _Grid,
    span: Interval,
) -> _Candidate:
    starts = (1 << grid.cells) - 1
    for segment in part.segments:
        free = is_open & ~_full(_days(resource, calendar, span), segment.occupancy, grid)
        length = (segment.to_minute - segment.from_minute) // 15
        starts &= _runs(free, length) >> (segment.from_minute // 15)
    return _Candidate(resource, role, starts)


def _patient_starts(wanted: Wanted, calendar: Calendar, grid: _Grid) -> int:
    everything = (1 << grid.cells) - 1
    if wanted.patient_id is None:
        return everything
    claim = wanted.template.patient_claim(wanted.patient_id, grid.start)
    span = Interval(grid.start, grid.instant(grid.cells))
    free = everything & ~_full(_days(claim.resource, calendar, span), claim.occupancy, grid)
    return _runs(free, wanted.template.minutes // 15)


def _days(resource: Resource, calendar: Calendar, span: Interval) -> list[CalendarDay]:
    return [calendar.day(DayKey(resource, day)) for day in span.days(calendar.zone)]


def _full(days: Sequence[CalendarDay], occupancy: Occupancy, grid: _Grid) -> int:
    """The cells in which what is taken leaves no room for this occupancy."""
    taken = [t for day in days for t in day.taken]
    if occupancy.use is Use.EXCLUSIVE:
        return _union(grid.touched(t.interval) for t in taken if t.occupancy.share)
    full = 0
    for t in taken:
        cells = grid.touched(t.interval)
        while cells:
            cell = cells & -cells
            cells &= cells - 1
            shares = (u.occupancy.share for u in taken if grid.touched(u.interval) & cell)
            if sum(shares, occupancy.share) > 1:
                full |= cell
    return full


def _runs(free: int, length: int) -> int:
    """The cells from which `length` cells in a row are free."""
    runs, covered = free, 1
    while covered < length:
        step = min(covered, length - covered)
        runs &= runs >> step
        covered += step
    return runs


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def _staff(
    wanted: Wanted, candidates: Mapping[str, list[_Candidate]], cell: int, start: datetime
) -> tuple[Staffing, ...] | None:
    """One resource for each part, none used twice, the wanted provider among them."""
    for chosen in _choices(wanted.parts, candidates, cell, frozenset()):
        if wanted.provider is None or any(c.resource.id == wanted.provider for c in chosen):
            return tuple(
                Staffing(part.name, c.resource, c.role, part.claims(c.resource, start))
                for part, c in zip(wanted.parts, chosen, strict=True)
            )
    return None


def _choices(
    parts: Sequence[Part], candidates: Mapping[str, list[_Candidate]], cell: int, used: frozenset[Resource]
) -> Iterator[tuple[_Candidate, ...]]:
    if not parts:
        yield ()
        return
    for candidate in candidates[parts[0].name]:
        if candidate.starts >> cell & 1 and candidate.resource not in used:
            for rest in _choices(parts[1:], candidates, cell, used | {candidate.resource}):
                yield (candidate, *rest)
