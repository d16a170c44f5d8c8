"""Calendars as answers, in a form calendar programs read."""

from collections.abc import Iterable

from fastapi.responses import Response

from booking import icalendars
from booking.application.letters import Invitation
from booking.domain.calendar_feeds import CalendarFeed
from booking.domain.intervals import Interval
from booking.icalendars import CalendarText


def invitation(of: Invitation) -> Response:
    """See `icalendars.invitation`."""
    return _calendar(icalendars.invitation(of), "appointment")


def busy_blocks(feed: CalendarFeed, blocks: Iterable[Interval]) -> Response:
    """See `icalendars.busy_blocks`."""
    return _calendar(icalendars.busy_blocks(feed, blocks), "busy")


def _calendar(calendar: CalendarText, name: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}.ics"'}
    return Response(
        calendar.content, media_type=f"text/calendar; method={calendar.method}; charset=utf-8", headers=headers
    )
