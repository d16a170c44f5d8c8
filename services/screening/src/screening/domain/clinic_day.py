"""What "today" means: a date that somebody tells is a day of the clinic's calendar, not of UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def clinic_day(moment: datetime, zone: ZoneInfo) -> date:
    """The clinic's calendar day that `moment` falls on."""
    return moment.astimezone(zone).date()
