"""Gives a practitioner an address at which their calendar program reads when they are busy; the one before is dead."""

import secrets
from dataclasses import dataclass
from typing import Final

from booking.application.ownership import check_own_feed
from booking.application.ports import Ports
from booking.application.results import FeedOpened
from booking.domain.calendar_feeds import CalendarFeed
from booking.domain.ids import PractitionerId
from booking.domain.secrets import digest_of
from careflow_service.identity import Actor, RequestKey
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class OpenCalendarFeedHandler:
    """Raises `practitioner_not_found`, `not_your_calendar_feed`. The secret is told once; only its digest is kept."""

    ports: Ports
    work: Work

    async def __call__(
        self, practitioner_id: PractitionerId, actor: Actor, request: RequestKey | None
    ) -> Committed[FeedOpened]:
        check_own_feed(practitioner_id, actor)

        async def work(tx: Transaction) -> FeedOpened:
            await self.ports.practitioners.get(practitioner_id)
            secret = secrets.token_urlsafe(SECRET_BYTES)
            digest = digest_of(secret)
            before = await self.ports.calendar_feeds.find(practitioner_id, of=None)
            after = (
                CalendarFeed(id=practitioner_id, digest=digest, opened_at=tx.now)
                if before is None
                else before.opened(digest, now=tx.now)
            )
            await upsert(self.ports.calendar_feeds, before, after, tx)
            return FeedOpened(practitioner_id, secret)

        return await self.work.run(work, by=actor, action="open_calendar_feed", returns=FeedOpened, request=request)
