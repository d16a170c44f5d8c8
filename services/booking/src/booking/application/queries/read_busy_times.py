"""When the owner of a calendar feed is busy. Whoever knows the secret may ask; nothing is told of what they do."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking.application.ports import CalendarDays, CalendarFeeds
from booking.domain.calendar import DayKey, Resource, ResourceKind
from booking.domain.calendar_feeds import CalendarFeed, busy
from booking.domain.intervals import Interval
from booking.domain.policy import BookingPolicy
from booking.domain.secrets import digest_of
from careflow_service.clock import Clock

LOOKS_BACK: Final = timedelta(days=7)


class ReadBusyTimes:
    """From a week ago to as far as the calendar is open."""

    def __init__(
        self, feeds: CalendarFeeds, days: CalendarDays, policy: BookingPolicy, zone: ZoneInfo, clock: Clock
    ) -> None:
        self._feeds = feeds
        self._days = days
        self._policy = policy
        self._zone = zone
        self._clock = clock

    async def __call__(self, secret: str) -> tuple[CalendarFeed, tuple[Interval, ...]]:
        """Whose feed it is, and their busy blocks. Raises `calendar_feed_not_found`, also for one that is closed."""
        feed = await self._feeds.of_digest(digest_of(secret))
        now, person = self._clock(), Resource(ResourceKind.PRACTITIONER, feed.id)
        told = Interval(now - LOOKS_BACK, now + self._policy.horizon)
        keys = [DayKey(person, day) for day in told.days(self._zone)]
        calendar = await self._days.look(keys)
        return feed, busy(calendar.day(key) for key in keys)
