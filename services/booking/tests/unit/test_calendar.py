"""Claims on resources: never more than the whole of one at any instant, all of a visit's claims or none."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking.domain.calendar import (
    EXCLUSIVE,
    ON_SITE,
    Calendar,
    CalendarDay,
    Claim,
    DayKey,
    Occupancy,
    Resource,
    ResourceKind,
    Use,
    days_of,
)
from booking.domain.ids import AppointmentId
from booking.domain.intervals import QUARTER, Interval
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, ZONE, local

NURSE = Resource(ResourceKind.PRACTITIONER, "nurse-kim")
ROOM = Resource(ResourceKind.ROOM, "room-1")
SHARED_BY_TWO = Occupancy(Use.SHARED, 2)
MIDNIGHT = datetime(2026, 11, 22, 8, tzinfo=UTC)

occupancies = st.sampled_from([EXCLUSIVE, ON_SITE, SHARED_BY_TWO, Occupancy(Use.SHARED, 3)])


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim of up to 30 hours within four days: many of them touch, many run over midnight."""
    start = MIDNIGHT + draw(st.integers(0, 2 * 96)) * QUARTER
    length = draw(st.integers(1, 120)) * QUARTER
    return Claim(draw(st.sampled_from([NURSE, ROOM])), Interval(start, start + length), draw(occupancies))


def booked(calendar: Calendar, name: str, *wanted: Claim) -> Calendar:
    return calendar.claim(AppointmentId(name), wanted)


def booked_if_free(calendar: Calendar, name: str, *wanted: Claim) -> Calendar | None:
    try:
        return booked(calendar, name, *wanted)
    except DomainError:
        return None


@given(st.lists(st.lists(claims(), min_size=1, max_size=3), max_size=12))
def test_no_resource_is_ever_claimed_beyond_the_whole_of_it(visits: list[list[Claim]]) -> None:
    calendar, accepted = Calendar(ZONE), []
    for number, wanted in enumerate(visits):
        after = booked_if_free(calendar, f"v{number}", *wanted)
        if after is not None:
            calendar = after
            accepted += wanted
    for claim in accepted:
        touching = [c for c in accepted if c.resource == claim.resource and c.interval.overlaps(claim.interval)]
        at_its_start = [c for c in touching if c.interval.start <= claim.interval.start]
        assert sum((c.occupancy.share for c in at_its_start), Fraction(0)) <= 1


@given(st.lists(claims(), max_size=6), st.lists(claims(), min_size=1, max_size=3))
def test_claiming_and_releasing_leaves_the_calendar_as_it_was(before: list[Claim], wanted: list[Claim]) -> None:
    calendar = Calendar(ZONE)
    for number, claim in enumerate(before):
        calendar = booked_if_free(calendar, f"v{number}", claim) or calendar
    after = booked_if_free(calendar, "new", *wanted)
    assume(after is not None)
    assert after is not None
    assert after.changes_since(calendar)
    assert after.release(AppointmentId("new"), wanted).changes_since(calendar) == ()


def test_a_visit_is_refused_whole_when_one_of_its_claims_does_not_fit() -> None:
    hour = Interval(local(23, 9), local(23, 10))
    calendar = booked(Calendar(ZONE), "first", Claim(ROOM, hour, EXCLUSIVE))
    with pytest.raises(DomainError) as refused:
        booked(calendar, "second", Claim(NURSE, hour, EXCLUSIVE), Claim(ROOM, hour, EXCLUSIVE))
    assert refused.value.code == "slot_taken"
    assert calendar.day(DayKey(NURSE, date(2026, 11, 23))).taken == ()


def test_the_patient_cannot_be_in_two_places() -> None:
    patient = Resource(ResourceKind.PATIENT, ANA)
    calendar = booked(Calendar(ZONE), "first", Claim(patient, Interval(local(23, 9), local(23, 10)), EXCLUSIVE))
    with pytest.raises(DomainError) as refused:
        booked(calendar, "second", Claim(patient, Interval(local(23, 9, 45), local(23, 11)), EXCLUSIVE))
    assert refused.value.code == "patient_busy"


def test_visits_may_follow_each_other_without_a_break() -> None:
    calendar = booked(Calendar(ZONE), "first", Claim(ROOM, Interval(local(23, 9), local(23, 10)), EXCLUSIVE))
    booked(calendar, "second", Claim(ROOM, Interval(local(23, 10), local(23, 11)), EXCLUSIVE))


@pytest.mark.parametrize(
    ("held", "wanted", "fits"),
    [
        ([EXCLUSIVE], ON_SITE, True),
        ([ON_SITE], EXCLUSIVE, True),
        ([SHARED_BY_TWO], SHARED_BY_TWO, True),
        ([SHARED_BY_TWO, SHARED_BY_TWO], SHARED_BY_TWO, False),
        ([SHARED_BY_TWO, SHARED_BY_TWO], ON_SITE, True),
        ([SHARED_BY_TWO], EXCLUSIVE, False),
        ([EXCLUSIVE], SHARED_BY_TWO, False),
    ],
)
def test_who_can_be_asked_for_more(held: list[Occupancy], wanted: Occupancy, fits: bool) -> None:
    hour = Interval(local(23, 9), local(23, 10))
    calendar = Calendar(ZONE)
    for number, occupancy in enumerate(held):
        calendar = booked(calendar, f"v{number}", Claim(NURSE, hour, occupancy))
    assert calendar.day(DayKey(NURSE, date(2026, 11, 23))).has_room_for(hour, wanted) is fits


def test_a_claim_over_midnight_takes_part_of_both_days() -> None:
    night = Claim(ROOM, Interval(local(23, 22), local(24, 2)), EXCLUSIVE)
    calendar = booked(Calendar(ZONE), "night", night)
    assert days_of((night,), ZONE) == (DayKey(ROOM, date(2026, 11, 23)), DayKey(ROOM, date(2026, 11, 24)))
    for morning in (Interval(local(23, 23), local(24, 0)), Interval(local(24, 0), local(24, 1))):
        with pytest.raises(DomainError):
            booked(calendar, "other", Claim(ROOM, morning, EXCLUSIVE))


def test_days_are_written_in_one_order_whoever_books() -> None:
    hour = Interval(local(23, 9), local(23, 10))
    one = booked(Calendar(ZONE), "v", Claim(ROOM, hour, EXCLUSIVE), Claim(NURSE, hour, EXCLUSIVE))
    other = booked(Calendar(ZONE), "v", Claim(NURSE, hour, EXCLUSIVE), Claim(ROOM, hour, EXCLUSIVE))
    in_order = [day.key for day in one.changes_since(Calendar(ZONE))]
    assert in_order == [day.key for day in other.changes_since(Calendar(ZONE))] == sorted(in_order)


def test_days_that_a_move_leaves_as_they_are_are_not_written() -> None:
    hour = Claim(ROOM, Interval(local(23, 9), local(23, 10)), EXCLUSIVE)
    before = booked(Calendar(ZONE), "v", hour)
    later = Claim(ROOM, Interval(local(25, 9), local(25, 10)), EXCLUSIVE)
    after = before.release(AppointmentId("v"), (hour,)).claim(AppointmentId("v"), (later,))
    assert {day.key.day for day in after.changes_since(before)} == {date(2026, 11, 23), date(2026, 11, 25)}
    same = before.release(AppointmentId("v"), (hour,)).claim(AppointmentId("v"), (hour,))
    assert same.changes_since(before) == ()


def test_only_what_is_shared_has_places() -> None:
    for use, places in ((Use.EXCLUSIVE, 2), (Use.SHARED, 1)):
        with pytest.raises(DomainError) as refused:
            Occupancy(use, places)
        assert refused.value.code == "occupancy_invalid"


def test_a_day_is_full_only_while_its_claims_coincide() -> None:
    key = DayKey(NURSE, date(2026, 11, 23))
    calendar = Calendar(ZONE)
    for number, hour in enumerate((9, 10)):
        claim = Claim(NURSE, Interval(local(23, hour), local(23, hour + 1)), SHARED_BY_TWO)
        calendar = booked(calendar, f"v{number}", claim)
    day: CalendarDay = calendar.day(key)
    assert day.share_taken(Interval(local(23, 9), local(23, 11))) == Fraction(1, 2)
    assert day.share_taken(Interval(local(23, 8), local(23, 9))) == 0
    assert day.share_taken(Interval(local(23, 10) + timedelta(minutes=15), local(23, 12))) == Fraction(1, 2)
