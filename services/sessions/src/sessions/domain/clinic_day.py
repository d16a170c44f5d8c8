"""What "today" means, and how far apart two moments are by the clinic's own clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def clinic_day(moment: datetime, timezone: str) -> date:
    """The clinic's calendar day that `moment` falls on."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def on_the_wall(moment: datetime, timezone: str) -> datetime:
    """What the clinic's clock shows, to be compared with others of its kind: a rhythm of the week holds when the clocks
    change.
    """
    return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def day_bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """The first moment of a clinic day and the first of the next, in UTC."""
    zone = ZoneInfo(timezone)
    start = datetime.combine(day, time.min, zone)
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    return start.astimezone(UTC), end.astimezone(UTC)
