"""When the owner of a calendar feed is busy. Whoever knows the secret may ask; nothing is told of what they do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking.application.ports import Ports
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.calendar_feeds import CalendarFeed, busy
from booking.domain.intervals import Interval
from booking.domain.secrets import digest_of

LOOKS_BACK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReadBusyTimes:
    """From a week ago to as far as the calendar is open."""

    ports: Ports

    async def __call__(self, secret: str) -> tuple[CalendarFeed, tuple[Interval, ...]]:
        """Whose feed it is, and their busy blocks. Raises `calendar_feed_not_found`, also for one that is closed."""
        feed = await self.ports.calendar_feeds.of_digest(digest_of(secret))
        now, person = self.ports.clock(), Resource(ResourceKind.PRACTITIONER, feed.id)
        told = Interval(now - LOOKS_BACK, now + self.ports.policy.horizon)
        keys = [DayKey(person, day) for day in told.days(self.ports.zone)]
        calendar = await self.ports.calendar_days.look(keys)
        return feed, busy(calendar.day(key) for key in keys)
