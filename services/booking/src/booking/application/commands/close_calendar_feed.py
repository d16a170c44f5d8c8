"""Takes the address of a practitioner's calendar feed out of use."""

from dataclasses import dataclass

from booking.application.ownership import check_own_feed
from booking.application.ports import Ports
from booking.domain.ids import PractitionerId
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CloseCalendarFeedHandler:
    """Raises `calendar_feed_not_found` where there never was one, and `not_your_calendar_feed`. Closed stays closed."""

    ports: Ports
    work: Work

    async def __call__(self, practitioner_id: PractitionerId, actor: Actor) -> Committed[None]:
        check_own_feed(practitioner_id, actor)

        async def work(tx: Transaction) -> None:
            before = await self.ports.calendar_feeds.find(practitioner_id, of=None)
            if before is None:
                raise not_found("calendar_feed")
            await upsert(self.ports.calendar_feeds, before, before.closed(), tx)

        return await self.work.run(work, by=actor, action="close_calendar_feed", returns=type(None))
