"""Where a visit fits: every part of it at once, by people licensed for the patient, on the quarter-hour, on DST days
too.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import Clinic, Opening, Wanted, opening_at, openings
from booking.domain.calendar import (
    EXCLUSIVE,
    Calendar,
    Claim,
    DayKey,
    Occupancy,
    Resource,
    ResourceKind,
    Use,
)
from booking.domain.hours import HoursException
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.intervals import QUARTER, Interval, day_interval, on_grid
from booking.domain.practitioners import Practitioner
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind
from services.booking.tests.builders import (
    ANA,
    TEMPLATES,
    ZONE,
    a_clinic,
    a_practitioner,
    a_room,
    every_day,
    local,
    weekdays,
)

INFO_CALL = Wanted(template=TEMPLATES.of(VisitKind.INFO_CALL), modality=Modality.PHONE, state="CA")
EVALUATION = Wanted(template=TEMPLATES.of(VisitKind.EVALUATION), modality=Modality.IN_PERSON, state="CA")
DOSING = Wanted(template=TEMPLATES.of(VisitKind.DOSING), modality=Modality.IN_PERSON, state="CA")
EMPTY = Calendar(ZONE)
MONDAY = day_interval(date(2026, 11, 23), ZONE)


def starts(wanted: Wanted, clinic: Clinic, calendar: Calendar = EMPTY, span: Interval = MONDAY) -> list[datetime]:
    return [opening.interval.start for opening in openings(wanted, clinic, calendar, span)]


def taken(calendar: Calendar, kind: ResourceKind, who: str, *interval: datetime) -> Calendar:
    claim = Claim(Resource(kind, who), Interval(*interval), EXCLUSIVE)
    return calendar.claim(AppointmentId(f"{who}-{interval[0].isoformat()}"), (claim,))


def a_dosing_team() -> Clinic:
    return a_clinic(
        a_practitioner("therapist", PractitionerRole.THERAPIST),
        a_practitioner("nurse", PractitionerRole.NURSE),
        a_practitioner("prescriber", PractitionerRole.PRESCRIBER),
        a_room("bay-1", RoomPurpose.DOSING),
        a_room("bay-2", RoomPurpose.DOSING),
    )


def but_for_the_nurses(*nurses: Practitioner) -> Clinic:
    """These nurses, and of all others so many that nobody waits for them."""
    few = range(4)
    return a_clinic(
        *nurses,
        *(a_practitioner(f"therapist-{n}", PractitionerRole.THERAPIST) for n in few),
        *(a_practitioner(f"prescriber-{n}", PractitionerRole.PRESCRIBER) for n in few),
        *(a_room(f"bay-{n}", RoomPurpose.DOSING) for n in few),
    )


JOY, MAX = a_practitioner("joy", PractitionerRole.NURSE), a_practitioner("max", PractitionerRole.NURSE)


def test_a_call_can_start_on_every_quarter_hour_that_somebody_works() -> None:
    found = starts(INFO_CALL, a_clinic(a_practitioner()))
    assert found == [local(23, 9) + n * QUARTER for n in range(32)]


@pytest.mark.parametrize(
    ("day", "quarter_hours"), [(date(2027, 3, 14), 92), (date(2026, 11, 23), 96), (date(2026, 11, 1), 100)]
)
def test_a_day_has_as_many_openings_as_it_has_quarter_hours(day: date, quarter_hours: int) -> None:
    always = a_clinic(a_practitioner(hours=every_day()))
    found = starts(INFO_CALL, always, span=day_interval(day, ZONE))
    assert len(found) == len(set(found)) == quarter_hours
    assert all(on_grid(start) for start in found)


def test_a_visit_ends_before_the_hours_do_and_the_room_is_made_ready_within_its_own() -> None:
    closing_soon = a_clinic(a_practitioner(), a_room(hours=weekdays(9, 17)))
    assert starts(EVALUATION, closing_soon)[-1] == local(23, 15, 15)
    longer_room = a_clinic(a_practitioner(), a_room(hours=weekdays(9, 18)))
    assert starts(EVALUATION, longer_room)[-1] == local(23, 15, 30)


def test_a_visit_needs_its_room_and_its_person_at_the_same_time() -> None:
    clinic = a_clinic(a_practitioner(hours=weekdays(9, 13)), a_room(hours=weekdays(11, 17)))
    assert starts(EVALUATION, clinic) == [local(23, 11, minute) for minute in (0, 15, 30)]


def test_what_is_claimed_is_not_offered() -> None:
    calendar = taken(EMPTY, ResourceKind.PRACTITIONER, "dr-lee", local(23, 9), local(23, 16, 30))
    assert starts(INFO_CALL, a_clinic(a_practitioner()), calendar) == [local(23, 16, 30), local(23, 16, 45)]


def test_the_patients_own_visits_are_not_offered_over() -> None:
    wanted = Wanted(template=INFO_CALL.template, modality=Modality.PHONE, state="CA", patient_id=ANA)
    calendar = taken(EMPTY, ResourceKind.PATIENT, ANA, local(23, 9), local(23, 16, 45))
    assert starts(wanted, a_clinic(a_practitioner()), calendar) == [local(23, 16, 45)]


def test_who_is_away_on_that_date_is_not_offered() -> None:
    away = a_practitioner().with_exception(HoursException(date(2026, 11, 23)))
    assert starts(INFO_CALL, a_clinic(away)) == []


@pytest.mark.parametrize(
    ("practitioner", "offered"),
    [
        (a_practitioner(), True),
        (a_practitioner(state="OR"), False),
        (a_practitioner(valid_until=date(2026, 11, 23)), True),
        (a_practitioner(valid_until=date(2026, 11, 22)), False),
        (a_practitioner("wellness", PractitionerRole.WELLNESS), False),
    ],
    ids=["licensed", "another state", "last day of the licence", "licence ran out", "another profession"],
)
def test_only_who_is_licensed_in_the_patients_state_on_that_day_is_offered(practitioner: object, offered: bool) -> None:
    assert bool(starts(INFO_CALL, a_clinic(practitioner))) is offered  # type: ignore[arg-type]  # a practitioner


def test_video_needs_somebody_who_does_telehealth() -> None:
    by_video = Wanted(template=INFO_CALL.template, modality=Modality.VIDEO, state="CA")
    assert starts(by_video, a_clinic(a_practitioner(telehealth=False))) == []


def test_a_dosing_visit_needs_room_therapist_and_nurse_at_once_and_the_prescriber_in_the_house() -> None:
    first = next(openings(DOSING, a_dosing_team(), EMPTY, MONDAY))
    assert first.interval == Interval(local(23, 9), local(23, 12))
    assert {s.part: s.resource.id for s in first.staffing} == {
        "room": "bay-1",
        "therapist": "therapist",
        "nurse": "nurse",
        "prescriber": "prescriber",
    }


def test_the_next_dose_starts_when_the_therapist_is_free() -> None:
    team = a_dosing_team()
    calendar = claimed(EMPTY, "first", opening_at(DOSING, team, EMPTY, local(23, 9)))
    assert starts(DOSING, team, calendar)[0] == local(23, 11, 30)


def test_one_nurse_begins_a_second_dose_while_she_watches_the_first_and_no_third() -> None:
    clinic = but_for_the_nurses(JOY)
    first = claimed(EMPTY, "first", opening_at(DOSING, clinic, EMPTY, local(23, 9)))
    assert starts(DOSING, clinic, first)[0] == local(23, 10, 15)
    both = claimed(first, "second", opening_at(DOSING, clinic, first, local(23, 10, 15)))
    assert starts(DOSING, clinic, both)[0] == local(23, 12)


def test_two_nurses_begin_two_doses_at_the_same_time() -> None:
    clinic = but_for_the_nurses(JOY, MAX)
    first = claimed(EMPTY, "first", opening_at(DOSING, clinic, EMPTY, local(23, 9)))
    assert starts(DOSING, clinic, first)[0] == local(23, 9)


def test_a_nurse_who_watches_a_patient_takes_no_call() -> None:
    clinic = but_for_the_nurses(JOY)
    calendar = claimed(EMPTY, "first", opening_at(DOSING, clinic, EMPTY, local(23, 9)))
    only_her = replace(INFO_CALL, provider=PractitionerId("joy"))
    assert starts(only_her, clinic, calendar)[0] == local(23, 12)


def test_a_prescriber_in_the_house_may_see_somebody_else_meanwhile() -> None:
    calendar = taken(EMPTY, ResourceKind.PRACTITIONER, "prescriber", local(23, 9), local(23, 17))
    assert starts(DOSING, a_dosing_team(), calendar)[0] == local(23, 9)


def test_one_person_does_not_fill_two_parts() -> None:
    one_for_both = a_practitioner("both", PractitionerRole.THERAPIST, PractitionerRole.NURSE)
    prescriber = a_practitioner("prescriber", PractitionerRole.PRESCRIBER)
    bay = a_room("bay-1", RoomPurpose.DOSING)
    assert starts(DOSING, a_clinic(one_for_both, prescriber, bay)) == []
    nurse = a_practitioner("nurse", PractitionerRole.NURSE)
    assert starts(DOSING, a_clinic(one_for_both, nurse, prescriber, bay))[0] == local(23, 9)


def test_who_was_asked_for_is_who_is_offered() -> None:
    clinic = a_clinic(a_practitioner("dr-lee"), a_practitioner("dr-ray", hours=weekdays(14, 17)))
    wanted = Wanted(template=INFO_CALL.template, modality=Modality.PHONE, state="CA", provider=PractitionerId("dr-ray"))
    first = next(openings(wanted, clinic, EMPTY, MONDAY))
    assert first.interval.start == local(23, 14)
    assert first.staffing[0].resource.id == "dr-ray"


def test_who_has_least_to_do_is_offered_first() -> None:
    clinic = a_clinic(a_practitioner("dr-lee"), a_practitioner("dr-ray"))
    calendar = taken(EMPTY, ResourceKind.PRACTITIONER, "dr-lee", local(23, 15), local(23, 16))
    assert next(openings(INFO_CALL, clinic, calendar, MONDAY)).staffing[0].resource.id == "dr-ray"


def test_a_search_that_starts_off_the_grid_begins_at_the_next_quarter_hour() -> None:
    span = Interval(local(23, 9, 7), local(23, 10))
    assert starts(INFO_CALL, a_clinic(a_practitioner()), span=span)[0] == local(23, 9, 15)


def test_only_the_days_that_matter_are_read() -> None:
    clinic = a_clinic(a_practitioner(), a_practitioner("nobody", PractitionerRole.WELLNESS), a_room())
    keys = clinic.days_to_read(INFO_CALL, Interval(local(23, 9), local(24, 9)), ZONE)
    assert keys == tuple(DayKey(Resource(ResourceKind.PRACTITIONER, "dr-lee"), date(2026, 11, day)) for day in (23, 24))


bookings = st.lists(
    st.tuples(
        st.sampled_from(["therapist", "nurse", "bay-1", "bay-2"]),
        st.integers(0, 60),
        st.integers(1, 12),
        st.sampled_from([EXCLUSIVE, Occupancy(Use.SHARED, 2)]),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(bookings, st.sampled_from([date(2026, 11, 1), date(2026, 11, 23), date(2027, 3, 14)]))
def test_what_is_offered_can_be_claimed_and_what_is_not_cannot(
    held: list[tuple[str, int, int, Occupancy]], day: date
) -> None:
    """The bits of the search and the exact claims of the calendar agree, whatever is taken already."""
    span = day_interval(day, ZONE)
    team = a_dosing_team()
    always = a_clinic(
        *(p.with_hours(every_day()) for p in team.practitioners), *(r.with_hours(every_day()) for r in team.rooms)
    )
    calendar = EMPTY
    for number, (who, first, length, occupancy) in enumerate(held):
        kind = ResourceKind.ROOM if who.startswith("bay") else ResourceKind.PRACTITIONER
        interval = Interval(span.start + first * QUARTER, span.start + (first + length) * QUARTER)
        claim = Claim(Resource(kind, who), interval, occupancy)
        if all(calendar.day(DayKey(claim.resource, d)).has_room_for(interval, occupancy) for d in interval.days(ZONE)):
            calendar = calendar.claim(AppointmentId(f"held-{number}"), (claim,))
    offered = {o.interval.start: o for o in openings(DOSING, always, calendar, span)}
    for cell in range(0, 60, 3):
        start = span.start + cell * QUARTER
        if start in offered:
            claimed(calendar, "new", offered[start])
        else:
            assert not can_be_staffed_by_hand(calendar, start)


def claimed(calendar: Calendar, name: str, opening: Opening | None) -> Calendar:
    assert opening is not None
    return calendar.claim(AppointmentId(name), [c for s in opening.staffing for c in s.claims])


def can_be_staffed_by_hand(calendar: Calendar, start: datetime) -> bool:
    """The same question, asked of the calendar part by part: each part of this team has its own candidates."""
    candidates = {"room": ("bay-1", "bay-2"), "therapist": ("therapist",), "nurse": ("nurse",), "prescriber": ()}
    for part in DOSING.template.parts:
        fitting = [
            who
            for who in candidates[part.name]
            if all(
                calendar.day(DayKey(claim.resource, day)).has_room_for(claim.interval, claim.occupancy)
                for claim in part.claims(
                    Resource(ResourceKind.ROOM if part.room else ResourceKind.PRACTITIONER, who), start
                )
                for day in claim.interval.days(ZONE)
            )
        ]
        if candidates[part.name] and not fitting:
            return False
    return True


def test_thirty_days_of_fifty_resources_are_one_search() -> None:
    people = [a_practitioner(f"dr-{n:02}") for n in range(40)]
    rooms = [a_room(f"room-{n}") for n in range(10)]
    span = Interval(MONDAY.start, MONDAY.start + timedelta(days=30))
    assert len(starts(EVALUATION, a_clinic(*people, *rooms), span=span)) == 22 * 27
