"""Calendar feeds in MongoDB, one per practitioner under the practitioner's id. Open: the digest of the secret."""

from typing import Final

from pymongo import IndexModel

from booking.domain.calendar_feeds import CalendarFeed
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

CALENDAR_FEEDS: Final = "calendar_feeds"

INDEXES: Final = ((CALENDAR_FEEDS, IndexModel([("digest", 1)], name="digest")),)


class MongoCalendarFeeds(Stored[CalendarFeed]):
    """See `booking.application.ports.CalendarFeeds`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, CALENDAR_FEEDS, CalendarFeed, fields=lambda feed: {"digest": feed.digest})
        super().__init__(documents, lambda: not_found("calendar_feed"))

    async def of_digest(self, digest: str) -> CalendarFeed:
        found = await self._documents.one(of=None, digest=digest)
        if found is None:
            raise not_found("calendar_feed")
        return found
