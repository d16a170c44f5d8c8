"""The search against somebody who tries every time with every combination of people and rooms: the same times, in the
same order, with the same staff, in clinics small enough for that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from booking.domain.availability import Clinic, Opening, Staffing, Wanted, openings
from booking.domain.calendar import EXCLUSIVE, ON_SITE, Calendar, Claim, DayKey, Occupancy, Resource, ResourceKind, Use
from booking.domain.hours import Hours, HoursException, OpenHours
from booking.domain.ids import AppointmentId, PractitionerId, RoomId
from booking.domain.intervals import QUARTER, Interval, day_interval, on_grid
from booking.domain.practitioners import Licence, Practitioner
from booking.domain.rooms import Room
from booking.domain.visit_templates import ModalityRule, Part, Segment, VisitTemplate
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind
from services.booking.tests.builders import ANA, LOCATION, ZONE, a_clinic

ROLES = (PractitionerRole.THERAPIST, PractitionerRole.NURSE, PractitionerRole.PRESCRIBER)
OCCUPANCIES = (EXCLUSIVE, EXCLUSIVE, Occupancy(Use.SHARED, 2), Occupancy(Use.SHARED, 3), ON_SITE)
DAYS = (date(2026, 11, 1), date(2027, 3, 14), date(2026, 11, 23))
"""One of 25 hours, one of 23, one of 24."""


@dataclass(frozen=True)
class Case:
    wanted: Wanted
    clinic: Clinic
    calendar: Calendar
    starts: Interval


hours_of_a_day = st.sampled_from(
    [
        *[(OpenHours(time(0), time(0)),)] * 6,
        (OpenHours(time(0), time(2, 30)), OpenHours(time(3, 15), time(0))),
        (OpenHours(time(1, 30), time(5)),),
        (OpenHours(time(22), time(0)),),
        (),
    ]
)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    weekly = draw(st.tuples(*[hours_of_a_day] * 7))
    away = draw(st.sampled_from([None, None, None, *DAYS]))
    return Hours(weekly, (HoursException(away, draw(hours_of_a_day)),) if away else ())


@st.composite
def licences(draw: st.DrawFn) -> Licence:
    state = draw(st.sampled_from([*["CA"] * 7, "OR"]))
    return Licence(draw(st.sampled_from(ROLES)), state, draw(st.sampled_from([*[None] * 9, *DAYS])))


@st.composite
def practitioners(draw: st.DrawFn, name: str) -> Practitioner:
    return Practitioner(
        id=PractitionerId(name),
        name=name,
        licences=tuple(draw(st.lists(licences(), min_size=1, max_size=5))),
        telehealth=draw(st.sampled_from([True, True, True, False])),
        hours=draw(hours()),
        active=draw(st.sampled_from([True] * 7 + [False])),
    )


@st.composite
def rooms(draw: st.DrawFn, name: str) -> Room:
    return Room(
        id=RoomId(name),
        location_id=LOCATION,
        name=name,
        purposes=frozenset(draw(st.lists(st.sampled_from(RoomPurpose), min_size=1, max_size=4))),
        hours=draw(hours()),
        active=draw(st.sampled_from([True] * 7 + [False])),
    )


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    first, length = draw(st.integers(0, 2)), draw(st.integers(1, 3))
    return Segment(first * 15, (first + length) * 15, draw(st.sampled_from(OCCUPANCIES)))


@st.composite
def parts(draw: st.DrawFn, name: str) -> Part:
    room = draw(st.sampled_from([None, None, None, None, *RoomPurpose]))
    return Part(
        name=name,
        segments=tuple(draw(st.lists(segments(), min_size=1, max_size=2))),
        room=room,
        roles=() if room else tuple(draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True))),
        modalities=draw(st.sampled_from([frozenset(Modality), frozenset(Modality), frozenset({Modality.IN_PERSON})])),
    )


@st.composite
def calendars(draw: st.DrawFn, resources: Sequence[Resource], around: datetime) -> Calendar:
    calendar = Calendar(ZONE)
    for number in range(draw(st.integers(0, 10))):
        start = around + draw(st.integers(-8, 30)) * QUARTER
        interval = Interval(start, start + draw(st.integers(1, 8)) * QUARTER)
        claim = Claim(draw(st.sampled_from(resources)), interval, draw(st.sampled_from(OCCUPANCIES)))
        if has_room(calendar, claim):
            calendar = calendar.claim(AppointmentId(f"held-{number}"), (claim,))
    return calendar


@st.composite
def cases(draw: st.DrawFn) -> Case:
    people = [draw(practitioners(f"person-{n}")) for n in range(draw(st.integers(2, 5)))]
    bays = [draw(rooms(f"room-{n}")) for n in range(draw(st.integers(1, 3)))]
    template = VisitTemplate(
        kind=VisitKind.DOSING,
        minutes=draw(st.integers(1, 6)) * 15,
        modalities=(ModalityRule(modality=Modality.IN_PERSON, allowed=True, source="test"),),
        parts=tuple(draw(parts(f"part-{n}")) for n in range(draw(st.integers(1, 3)))),
        source="test",
    )
    wanted = Wanted(
        template=template,
        modality=draw(st.sampled_from([Modality.IN_PERSON, Modality.IN_PERSON, Modality.VIDEO])),
        state="CA",
        patient_id=draw(st.sampled_from([None, ANA])),
        provider=draw(st.sampled_from([None, None, None, *(person.id for person in people)])),
    )
    midnight = day_interval(draw(st.sampled_from(DAYS)), ZONE).start
    start = midnight + draw(st.integers(-300, 300)) * timedelta(minutes=5)
    starts = Interval(start, start + draw(st.integers(1, 60)) * timedelta(minutes=5))
    resources = [Resource(ResourceKind.PRACTITIONER, person.id) for person in people]
    resources += [Resource(ResourceKind.ROOM, room.id) for room in bays]
    resources += [Resource(ResourceKind.PATIENT, ANA)]
    on_the_quarter = midnight + (start - midnight) // QUARTER * QUARTER
    return Case(wanted, a_clinic(*people, *bays), draw(calendars(resources, on_the_quarter)), starts)


@pytest.mark.thorough
@settings(max_examples=250)
@given(cases())
def test_the_search_finds_what_trying_everything_finds(case: Case) -> None:
    expected = list(by_hand(case))
    event("something is free" if expected else "nothing is free")
    assert list(openings(case.wanted, case.clinic, case.calendar, case.starts)) == expected


def by_hand(case: Case) -> Iterator[Opening]:
    """At every quarter-hour that lies wholly in the time asked for."""
    minutes = (case.starts.start + n * timedelta(minutes=1) for n in range(case.starts.length // timedelta(minutes=1)))
    for at in filter(on_grid, minutes):
        staffing = first_staffing(case, at) if at + QUARTER <= case.starts.end else None
        if staffing is not None and (case.wanted.patient_id is None or patient_has_time(case, at)):
            yield Opening(case.wanted.template.interval(at), staffing)


def first_staffing(case: Case, at: datetime) -> tuple[Staffing, ...] | None:
    wanted = case.wanted
    fitting = [[s for s in in_turn(case, part) if fits(case, part, s, at)] for part in wanted.parts]
    for chosen in product(*fitting):
        names = [staffing.resource for staffing in chosen]
        provided = wanted.provider is None or Resource(ResourceKind.PRACTITIONER, wanted.provider) in names
        if provided and len(set(names)) == len(names):
            both = zip(wanted.parts, chosen, strict=True)
            return tuple(replace(s, claims=part.claims(s.resource, at)) for part, s in both)
    return None


def in_turn(case: Case, part: Part) -> list[Staffing]:
    """Everybody and every room there is, those with the fewest claims on the days of the search first."""
    days = Interval(case.starts.start, case.wanted.template.reach(case.starts.end).end).days(ZONE)
    if part.room:
        found = [Staffing(part.name, Resource(ResourceKind.ROOM, room.id), None, ()) for room in case.clinic.rooms]
    else:
        found = [
            Staffing(part.name, Resource(ResourceKind.PRACTITIONER, person.id), role, ())
            for role in part.roles
            for person in case.clinic.practitioners
        ]
    claims = {s.resource: sum(len(case.calendar.day(DayKey(s.resource, day)).taken) for day in days) for s in found}
    return sorted(found, key=lambda s: (claims[s.resource], s.resource))


def fits(case: Case, part: Part, staffing: Staffing, at: datetime) -> bool:
    claims = part.claims(staffing.resource, at)
    return all(has_room(case.calendar, claim) for claim in claims) and all(
        is_there(case, part, staffing, Interval(quarter, quarter + QUARTER))
        for claim in claims
        for quarter in quarters(claim.interval)
    )


def is_there(case: Case, part: Part, staffing: Staffing, quarter: Interval) -> bool:
    (day,) = quarter.days(ZONE)
    if staffing.role is None:
        (room,) = [room for room in case.clinic.rooms if room.id == staffing.resource.id]
        able, hours = part.room in room.purposes and room.active, room.hours
    else:
        (person,) = [person for person in case.clinic.practitioners if person.id == staffing.resource.id]
        able = person.may_act(staffing.role, case.wanted.state, day, case.wanted.modality)
        hours = person.hours
    return able and any(interval.covers(quarter) for interval in hours.open_on(day, ZONE))


def patient_has_time(case: Case, at: datetime) -> bool:
    return has_room(case.calendar, case.wanted.template.patient_claim(ANA, at))


def has_room(calendar: Calendar, claim: Claim) -> bool:
    pieces = ((day, claim.interval.within(day_interval(day, ZONE))) for day in claim.interval.days(ZONE))
    return all(
        piece is None or calendar.day(DayKey(claim.resource, day)).has_room_for(piece, claim.occupancy)
        for day, piece in pieces
    )


def quarters(interval: Interval) -> Iterator[datetime]:
    return (interval.start + n * QUARTER for n in range(interval.length // QUARTER))
