"""Where a visit still fits: hours, licences and claims of all its parts at once, on the quarter-hour grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.calendar import (
    Calendar,
    Claim,
    DayKey,
    Resource,
    ResourceKind,
    Taken,
)
from booking.domain.candidates import Candidate, best_choice, possible_starts
from booking.domain.hours import Hours
from booking.domain.ids import LocationId, PatientId, PractitionerId
from booking.domain.intervals import QUARTER, Interval
from booking.domain.practitioners import Practitioner
from booking.domain.quarters import Grid, Load, runs, union
from booking.domain.rooms import Room
from booking.domain.visit_templates import Part, VisitTemplate
from booking.domain.visits import Modality, PractitionerRole


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
    seen, `therapist` who the therapist is unless `provider` is another; `without` names people and rooms that may not
    be taken, `rather` those that are taken before others.
    """

    template: VisitTemplate
    modality: Modality
    state: str
    patient_id: PatientId | None = None
    provider: PractitionerId | None = None
    therapist: PractitionerId | None = None
    without: frozenset[str] = frozenset()
    rather: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.template.parts_for(self.modality)

    def wants(self, person: PractitionerId, role: PractitionerRole) -> bool:
        """Whether they may be the one who acts in this role."""
        if role is PractitionerRole.THERAPIST and self.therapist is not None:
            return person in (self.therapist, self.provider)
        return True


@dataclass(frozen=True, slots=True)
class Clinic:
    """The people and rooms there are at the location."""

    location_id: LocationId
    practitioners: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]

    def without(self, resource: Resource, absence: Interval, zone: ZoneInfo) -> "Clinic":
        """As it would be with that one away, or that room closed, in this time."""
        return replace(
            self,
            practitioners=tuple(
                each.absent(absence, zone) if resource == Resource(ResourceKind.PRACTITIONER, each.id) else each
                for each in self.practitioners
            ),
            rooms=tuple(
                each.absent(absence, zone) if resource == Resource(ResourceKind.ROOM, each.id) else each
                for each in self.rooms
            ),
        )

    def days_to_read(self, wanted: Wanted, span: Interval, zone: ZoneInfo) -> tuple[DayKey, ...]:
        """The calendar days on which an answer for this span depends, in order."""
        roles = {role for part in wanted.parts for role in part.roles}
        purposes = {part.room for part in wanted.parts if part.room}
        resources = [Resource(ResourceKind.PRACTITIONER, p.id) for p in self.practitioners if p.roles & roles]
        resources += [Resource(ResourceKind.ROOM, r.id) for r in self.rooms if r.purposes & purposes]
        if wanted.patient_id:
            resources.append(Resource(ResourceKind.PATIENT, wanted.patient_id))
        days = span.days(zone)
        return tuple(DayKey(resource, day) for resource in sorted(resources) for day in days)


def openings(wanted: Wanted, clinic: Clinic, calendar: Calendar, starts: Interval) -> Iterator[Opening]:
    """Every opening whose start lies in `starts`, earliest first; those who are claimed least on these days are
    offered first.
    """
    search = _Search(calendar, Interval(starts.start, wanted.template.reach(starts.end).end))
    grid = search.grid
    candidates = [search.candidates(part, wanted, clinic) for part in wanted.parts]
    possible = grid.inside(starts) & search.patient_starts(wanted) & possible_starts(candidates, wanted.provider)
    while possible:
        cell = (possible & -possible).bit_length() - 1
        possible &= possible - 1
        chosen = best_choice(candidates, cell, wanted.provider)
        yield _opening(wanted, chosen, grid.instant(cell))


def opening_at(wanted: Wanted, clinic: Clinic, calendar: Calendar, start: datetime) -> Opening | None:
    """The opening that starts exactly then, if there is one."""
    return next(openings(wanted, clinic, calendar, Interval(start, start + QUARTER)), None)


def _opening(wanted: Wanted, chosen: Sequence[Candidate], start: datetime) -> Opening:
    staffing = (
        Staffing(part.name, c.resource, c.role, part.claims(c.resource, start))
        for part, c in zip(wanted.parts, chosen, strict=True)
    )
    return Opening(wanted.template.interval(start), tuple(staffing))


class _Search:
    """One span of the calendar. Looks at each resource's days once, however many parts of the visit it could fill."""

    def __init__(self, calendar: Calendar, span: Interval) -> None:
        self.grid = Grid.over(span)
        self._calendar = calendar
        self._days = span.days(calendar.zone)
        self._taken: dict[Resource, tuple[Taken, ...]] = {}
        self._loads: dict[Resource, Load] = {}
        self._open: dict[Hours, tuple[int, ...]] = {}

    def candidates(self, part: Part, wanted: Wanted, clinic: Clinic) -> list[Candidate]:
        """Who could fill the part at any time of the span, those with least to do first."""
        found = []
        if part.room:
            for room in clinic.rooms:
                if room.serves(part.room):
                    resource = Resource(ResourceKind.ROOM, room.id)
                    found.append(self._candidate(part, resource, None, union(self._open_on_days(room.hours))))
        for role in part.roles:
            for person in (each for each in clinic.practitioners if wanted.wants(each.id, role)):
                resource = Resource(ResourceKind.PRACTITIONER, person.id)
                found.append(self._candidate(part, resource, role, self._present(person, role, wanted)))
        able = (candidate for candidate in found if candidate.starts and candidate.resource.id not in wanted.without)
        return sorted(
            able, key=lambda c: (c.resource.id not in wanted.rather, len(self._taken_of(c.resource)), c.resource)
        )

    def patient_starts(self, wanted: Wanted) -> int:
        """The cells from which the patient has time for the whole visit."""
        if wanted.patient_id is None:
            return self.grid.everything
        claim = wanted.template.patient_claim(wanted.patient_id, self.grid.start)
        free = self.grid.everything & ~self._load_of(claim.resource).full_for(claim.occupancy)
        return runs(free, wanted.template.minutes // 15)

    def _candidate(self, part: Part, resource: Resource, role: PractitionerRole | None, present: int) -> Candidate:
        starts = present and self.grid.everything
        for segment in part.segments:
            if starts:
                free = present & ~self._load_of(resource).full_for(segment.occupancy)
                length = (segment.to_minute - segment.from_minute) // 15
                starts &= runs(free, length) >> (segment.from_minute // 15)
        return Candidate(resource, role, starts)

    def _present(self, person: Practitioner, role: PractitionerRole, wanted: Wanted) -> int:
        """The cells at which the person works and may act in this role."""
        if role not in person.roles:
            return 0
        return union(
            cells
            for day, cells in zip(self._days, self._open_on_days(person.hours), strict=True)
            if person.may_act(role, wanted.state, day, wanted.modality)
        )

    def _open_on_days(self, hours: Hours) -> tuple[int, ...]:
        """The open cells of each day. Most of the staff keep the same hours, which are worked out once."""
        if hours not in self._open:
            zone = self._calendar.zone
            self._open[hours] = tuple(
                union(self.grid.inside(interval) for interval in hours.open_on(day, zone)) for day in self._days
            )
        return self._open[hours]

    def _taken_of(self, resource: Resource) -> tuple[Taken, ...]:
        if resource not in self._taken:
            days = (self._calendar.day(DayKey(resource, day)) for day in self._days)
            self._taken[resource] = tuple(taken for day in days for taken in day.taken)
        return self._taken[resource]

    def _load_of(self, resource: Resource) -> Load:
        if resource not in self._loads:
            self._loads[resource] = Load.of(self._taken_of(resource), self.grid)
        return self._loads[resource]
