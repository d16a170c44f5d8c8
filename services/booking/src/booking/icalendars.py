"""Appointments and busy times as iCalendar (RFC 5545, invitations by RFC 5546).

Invariant: neutral text only. What stands in a calendar is read by employers and families, and copied by programs; it
says nothing of what kind of clinic this is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress
from icalendar.enums import CLASS, PARTSTAT, STATUS, TRANSP

from booking.application.letters import Invitation
from booking.domain.calendar_feeds import CalendarFeed
from booking.domain.intervals import Interval
from booking.domain.states import Status

PRODUCT: Final = "-//CareFlow//Calendar//EN"
_AROUND: Final = timedelta(days=366)
"""How far the description of a time zone reaches beyond what it is for: over the changes of its clocks."""


@dataclass(frozen=True, slots=True)
class CalendarText:
    """`method` says to a calendar program what to do with it."""

    content: bytes
    method: str


def invitation(of: Invitation) -> CalendarText:
    """Always the same UID; the SEQUENCE rises with every change, so that a calendar takes the newest."""
    visit, zone = of.visit, ZoneInfo(of.visit.timezone)
    gone = visit.status is Status.CANCELLED
    attendee = vCalAddress.new(of.invited, partstat=PARTSTAT.NEEDS_ACTION, rsvp=False)
    event = Event.new(
        uid=f"{visit.appointment_id}@careflow",
        sequence=visit.version,
        stamp=of.told_at,
        start=visit.starts_at.astimezone(zone),
        end=visit.ends_at.astimezone(zone),
        summary="Appointment",
        status=STATUS.CANCELLED if gone else STATUS.CONFIRMED,
        classification=CLASS.PRIVATE,
        organizer=vCalAddress.new(of.organizer),
        attendees=[attendee],
    )
    method = "CANCEL" if gone else "REQUEST"
    calendar = Calendar.new(prodid=PRODUCT, uid=event.uid, method=method, subcomponents=[event])
    calendar.add_missing_timezones(
        first_date=(visit.starts_at - _AROUND).date(), last_date=(visit.ends_at + _AROUND).date()
    )
    return CalendarText(calendar.to_ical(), method)


def busy_blocks(feed: CalendarFeed, blocks: Iterable[Interval]) -> CalendarText:
    """In UTC: what a program shows in the zone it is in."""
    events = [
        Event.new(
            uid=f"{block.start:%Y%m%dT%H%M%SZ}-{feed.id}@careflow",
            stamp=feed.opened_at,
            start=block.start,
            end=block.end,
            summary="Busy",
            classification=CLASS.PRIVATE,
            transparency=TRANSP.OPAQUE,
        )
        for block in blocks
    ]
    calendar = Calendar.new(
        prodid=PRODUCT,
        uid=f"{feed.id}@careflow",
        method="PUBLISH",
        refresh_interval=timedelta(minutes=15),
        subcomponents=events,
    )
    return CalendarText(calendar.to_ical(), "PUBLISH")
