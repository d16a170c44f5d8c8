"""Appointments and busy times as calendar programs read them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from booking.application.letters import Invitation
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.calendar import EXCLUSIVE, CalendarDay, DayKey, Occupancy, Resource, ResourceKind, Taken, Use
from booking.domain.calendar_feeds import CalendarFeed, busy
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.intervals import Interval
from booking.domain.states import BookedBy
from booking.domain.visits import VisitKind
from booking.entrypoints.http.icalendar_views import busy_blocks, invitation
from services.booking.tests.builders import NOW, POLICY, TODAY, ZONE, a_booked_visit, a_slot, local


def told(visit: Appointment) -> tuple[Any, Any]:
    """The calendar, and the event in it."""
    response = invitation(Invitation(Scheduled.of(visit), "ana@example.org", "appointments@clinic.invalid", NOW))
    assert response.media_type is not None
    assert response.media_type.startswith("text/calendar; method=")
    calendar = Calendar.from_ical(bytes(response.body))
    assert isinstance(calendar, Calendar)
    return calendar, calendar.events[0]


def test_the_same_appointment_is_told_again_with_a_higher_sequence_and_called_off_at_last() -> None:
    booked = a_booked_visit()
    moved = booked.reschedule(a_slot(local(25, 10)), by=BookedBy.STAFF, policy=POLICY, now=NOW)
    gone = moved.cancel(CancelReason.OTHER, asked_by=BookedBy.STAFF, now=NOW)
    seen = [told(visit) for visit in (booked, moved, gone)]
    assert [calendar.method for calendar, _ in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {str(event.uid) for _, event in seen} == {"v1@careflow"}
    assert [event.sequence for _, event in seen] == [1, 2, 3]
    assert [str(event.status) for _, event in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    _, event = seen[1]
    assert (event.start, event.end) == (local(25, 10), local(25, 10, 15))
    assert (str(event.organizer), str(event.attendees[0])) == (
        "mailto:appointments@clinic.invalid",
        "mailto:ana@example.org",
    )


@pytest.mark.parametrize(
    "starts_at",
    [
        local(24, 10),
        local(13, 10, month=3, year=2027),
        local(14, 10, month=3, year=2027),
        local(1, 0, 30) - timedelta(days=23),
    ]
    + [local(1, 1, 30) + timedelta(hours=hours) for hours in (-1, 0, 1, 2)],
)
def test_a_program_that_knows_no_zones_reads_the_right_time(starts_at: datetime) -> None:
    """By the description in the file: on both sides of a change of the clocks, and in the hour that comes twice."""
    calendar, event = told(a_booked_visit(starts_at=starts_at))
    (zone,) = calendar.timezones
    assert str(event["DTSTART"].params["TZID"]) == str(zone.tz_name) == ZONE.key
    local_time = event.start.replace(tzinfo=None)
    offsets = {local_time.replace(tzinfo=zone.to_tz(lookup_tzid=False), fold=fold).astimezone(UTC) for fold in (0, 1)}
    assert starts_at in offsets


@pytest.mark.parametrize("kind", VisitKind)
def test_nothing_in_it_says_what_the_appointment_is_for(kind: VisitKind) -> None:
    visit = a_booked_visit(kind)
    calendar, event = told(visit)
    text = calendar.to_ical().decode().lower()
    for word in (kind, "dr-lee", "prescriber", "ketamine", "therap", "clinic:", "ana rivera"):
        assert word not in text
    assert set(event) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "ORGANIZER", "ATTENDEE"),
    }
    assert str(event["SUMMARY"]) == "Appointment"


PERSON = Resource(ResourceKind.PRACTITIONER, "joy")


def taken(start: int, end: int, occupancy: Occupancy = EXCLUSIVE) -> Taken:
    """From that many quarter-hours after ten on to that many."""
    at = local(24, 10)
    quarter = timedelta(minutes=15)
    return Taken(AppointmentId("v1"), Interval(at + start * quarter, at + end * quarter), occupancy)


def test_busy_is_one_block_as_long_as_can_be_and_not_to_be_in_the_house() -> None:
    shared, on_site = Occupancy(Use.SHARED, 2), Occupancy(Use.ON_SITE)
    day = CalendarDay(DayKey(PERSON, TODAY), (taken(5, 9, shared), taken(0, 5), taken(12, 13), taken(20, 30, on_site)))
    spans = [(block.start, block.end) for block in busy((day,))]
    assert spans == [(local(24, 10), local(24, 12, 15)), (local(24, 13), local(24, 13, 15))]


def test_a_feed_tells_blocks_and_nothing_else() -> None:
    feed = CalendarFeed(id=PractitionerId("joy"), digest="d", opened_at=NOW)
    blocks = [Interval(local(24, 10), local(24, 12)), Interval(local(25, 10), local(25, 12))]
    calendar = Calendar.from_ical(bytes(busy_blocks(feed, blocks).body))
    assert isinstance(calendar, Calendar)
    assert [(event.start, event.end) for event in calendar.events] == [(b.start, b.end) for b in blocks]
    assert {str(event["SUMMARY"]) for event in calendar.events} == {"Busy"}
    assert len({str(event.uid) for event in calendar.events}) == 2
    again = busy_blocks(replace(feed, digest="e"), blocks)
    assert again.body == busy_blocks(feed, blocks).body
