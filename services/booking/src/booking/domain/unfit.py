"""Which of the people and rooms of a visit cannot give it any more: sick, gone, no longer licensed, closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.hours import Hours
from booking.domain.impossible import outside_hours
from booking.domain.intervals import Interval
from booking.domain.slots import Provider
from booking.domain.visits import Modality


class Unfitness(StrEnum):
    LEFT = "left"
    NOT_LICENSED = "not_licensed"
    NOT_BY_VIDEO = "not_by_video"
    AWAY = "away"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Unfit:
    """Who or what cannot give the visit, and why."""

    resource: Resource
    because: Unfitness


def unfit(visit: Appointment, clinic: Clinic, state: str, zone: ZoneInfo) -> tuple[Unfit, ...]:
    """In the order of the visit's providers, the room last. `clinic` has who and what is active, `state` is the
    patient's.
    """
    found = [
        (Resource(ResourceKind.PRACTITIONER, p.id), _person(p, visit, clinic, state, zone))
        for p in visit.slot.providers
    ]
    if visit.slot.room_id is not None:
        room = Resource(ResourceKind.ROOM, visit.slot.room_id)
        found.append((room, _room(room, visit, clinic, zone)))
    return tuple(Unfit(resource, because) for resource, because in found if because is not None)


def check_fit(visit: Appointment, clinic: Clinic, state: str, zone: ZoneInfo) -> None:
    """Before a time that was held becomes a visit. Raises `outside_hours`."""
    if unfit(visit, clinic, state, zone):
        raise outside_hours()


def _person(provider: Provider, visit: Appointment, clinic: Clinic, state: str, zone: ZoneInfo) -> Unfitness | None:
    person = next((each for each in clinic.practitioners if each.id == provider.id), None)
    if person is None:
        return Unfitness.LEFT
    if not person.licensed(provider.role, state, visit.starts_at.astimezone(zone).date()):
        return Unfitness.NOT_LICENSED
    if visit.slot.modality is Modality.VIDEO and not person.telehealth:
        return Unfitness.NOT_BY_VIDEO
    there = _open(person.hours, visit, Resource(ResourceKind.PRACTITIONER, person.id), zone)
    return None if there else Unfitness.AWAY


def _room(resource: Resource, visit: Appointment, clinic: Clinic, zone: ZoneInfo) -> Unfitness | None:
    room = next((each for each in clinic.rooms if each.id == resource.id), None)
    there = room is not None and _open(room.hours, visit, resource, zone)
    return None if there else Unfitness.CLOSED


def _open(hours: Hours, visit: Appointment, resource: Resource, zone: ZoneInfo) -> bool:
    """Whether the hours cover all that the visit takes of the resource."""
    return all(
        _covered(claim.interval, (each for day in claim.interval.days(zone) for each in hours.open_on(day, zone)))
        for claim in visit.slot.claims
        if claim.resource == resource
    )


def _covered(wanted: Interval, opened: Iterable[Interval]) -> bool:
    until = wanted.start
    for each in sorted(opened):
        if each.start <= until < each.end:
            until = each.end
    return until >= wanted.end
