"""Reads the clinic's calendar by resource: a day of everybody and of every room, a week of one of them with their
visits, and a week of all with how much is booked. Who read whose visits is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking.application.naming import callers, told_apart
from booking.application.ownership import is_patient
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.hours import Hours
from booking.domain.ids import PatientId, PractitionerId, RoomId
from booking.domain.intervals import Interval
from booking.domain.practitioners import Practitioner
from booking.domain.rooms import Room
from booking.domain.states import Status
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor
from careflow_service.work import side_by_side

MOST_VISITS: Final = 500
"""More than a place with fifty people and rooms sees on a day; a calendar says when it does not show them all."""
WEEK: Final = 7
NOT_THERE: Final = frozenset({Status.CANCELLED, Status.LAPSED})
"""What takes no time any more."""


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """`who` is as little as tells two patients apart."""

    visit: Scheduled
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDay:
    """One person or room on one date of the clinic. `open` is when they can be booked, `otherwise` whether that is
    another time than on every such weekday; `active` is False for who is not booked any more.
    """

    resource: Resource
    name: str
    day: date
    open: tuple[Interval, ...]
    otherwise: bool
    active: bool
    visits: tuple[SeenVisit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDayRead:
    """`whole` is False for a day with more visits than are shown."""

    day: date
    as_of: datetime
    resources: tuple[ResourceDay, ...]
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedDay:
    """How many visits a resource has on a date, and when it can be booked."""

    day: date
    open: tuple[Interval, ...]
    otherwise: bool
    visits: int


@dataclass(frozen=True, slots=True)
class ResourceWeek:
    resource: Resource
    name: str
    days: tuple[BookedDay, ...]


@dataclass(frozen=True, slots=True)
class ReadCalendar:
    ports: Ports

    async def day(self, day: date, actor: Actor) -> CalendarDayRead:
        """Everybody and every room on a date, also those with nothing; people first, by name."""
        _check_staff(actor)
        found, practitioners, rooms = await side_by_side(
            self.ports.appointments.on_day(day, MOST_VISITS, None),
            self.ports.practitioners.active(),
            self.ports.rooms.active(),
        )
        visits = [each for each in found.items if each.status not in NOT_THERE]
        known = _resources(practitioners, rooms)
        booked = {claim.resource for each in visits for claim in each.slot.claims}
        left = sorted(each for each in booked - known.keys() if each.kind is not ResourceKind.PATIENT)
        names = await self._names(visits, actor)
        there = [self._resource_day(resource, known.get(resource), day, visits, names) for resource in (*known, *left)]
        return CalendarDayRead(day=day, as_of=self.ports.clock(), resources=tuple(there), whole=found.next is None)

    async def week_of(self, resource: Resource, first: date, actor: Actor) -> tuple[ResourceDay, ...]:
        """Seven days of one of them, with their visits. Raises `practitioner_not_found` or `room_not_found`."""
        _check_staff(actor)
        days = _week(first)
        whose, calendar = await side_by_side(
            self._get(resource), self.ports.calendar_days.look([DayKey(resource, day) for day in days])
        )
        taken = {each.appointment_id for day in calendar.days.values() for each in day.taken}
        found = await self.ports.appointments.several(sorted(taken))
        visits = [each for each in found if each.status not in NOT_THERE]
        names = await self._names(visits, actor)
        return tuple(
            self._resource_day(resource, whose, day, [each for each in visits if self._is_on(each, day)], names)
            for day in days
        )

    async def week(self, first: date, actor: Actor) -> tuple[ResourceWeek, ...]:
        """Seven days of everybody and every room, without anything of a patient."""
        _check_staff(actor)
        days = _week(first)
        practitioners, rooms = await side_by_side(self.ports.practitioners.active(), self.ports.rooms.active())
        known = _resources(practitioners, rooms)
        calendar = await self.ports.calendar_days.look([DayKey(resource, day) for resource in known for day in days])
        return tuple(
            ResourceWeek(
                resource,
                each.name,
                tuple(
                    BookedDay(
                        day=day,
                        open=each.hours.open_on(day, self.ports.zone),
                        otherwise=_otherwise(each.hours, day),
                        visits=len({t.appointment_id for t in calendar.day(DayKey(resource, day)).taken}),
                    )
                    for day in days
                ),
            )
            for resource, each in known.items()
        )

    async def _get(self, resource: Resource) -> Practitioner | Room:
        if resource.kind is ResourceKind.ROOM:
            return await self.ports.rooms.get(RoomId(resource.id))
        return await self.ports.practitioners.get(PractitionerId(resource.id))

    async def _names(self, visits: Iterable[Appointment], actor: Actor) -> Mapping[PatientId, str]:
        shown = list(visits)
        known = await self.ports.patients.several(sorted({each.patient_id for each in shown}))
        await self.ports.audit.read(actor, "read_calendar", *(f"appointments/{each.id}" for each in shown))
        return told_apart([*known, *callers(shown)])

    def _resource_day(
        self,
        resource: Resource,
        whose: Practitioner | Room | None,
        day: date,
        visits: Iterable[Appointment],
        names: Mapping[PatientId, str],
    ) -> ResourceDay:
        """Of whom nothing is known, the id is the name."""
        theirs = (each for each in visits if any(claim.resource == resource for claim in each.slot.claims))
        return ResourceDay(
            resource=resource,
            name=whose.name if whose else resource.id,
            day=day,
            open=whose.hours.open_on(day, self.ports.zone) if whose else (),
            otherwise=whose is not None and _otherwise(whose.hours, day),
            active=whose is not None and whose.active,
            visits=tuple(SeenVisit(Scheduled.of(each), names.get(each.patient_id, "")) for each in theirs),
        )

    def _is_on(self, visit: Appointment, day: date) -> bool:
        return visit.starts_at.astimezone(self.ports.zone).date() == day


def _check_staff(actor: Actor) -> None:
    if is_patient(actor):
        raise forbidden("forbidden", "The clinic's calendar is shown to its staff.")


def _resources(practitioners: Iterable[Practitioner], rooms: Iterable[Room]) -> dict[Resource, Practitioner | Room]:
    """People first, each by name."""
    people = {Resource(ResourceKind.PRACTITIONER, each.id): each for each in sorted(practitioners, key=_by_name)}
    return {**people, **{Resource(ResourceKind.ROOM, each.id): each for each in sorted(rooms, key=_by_name)}}


def _by_name(each: Practitioner | Room) -> tuple[str, str]:
    return each.name, each.id


def _week(first: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range(WEEK))


def _otherwise(hours: Hours, day: date) -> bool:
    return any(each.day == day for each in hours.exceptions)
