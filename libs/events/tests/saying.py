"""A service that says things and publishes them, and what a page of its feed told."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.feed import FeedPage, Wanted
from careflow_events.lease import RELAY_LEASE, Grant
from careflow_events.mongo import MongoLeases, MongoTransactions, MongoUnpublished
from careflow_events.mongo.outbox import MongoOutbox
from careflow_events.publication import Publication
from careflow_events.sealing import Sealer
from careflow_events.testing.builders import NOON, an_id, publication
from careflow_events.topics import SCREENING, SCREENING_SAFETY

Database = AsyncDatabase[dict[str, Any]]

ALL = Wanted(frozenset({SCREENING.name, SCREENING_SAFETY.name}))


class Service:
    """What commits and publishes."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self._outbox = MongoOutbox(Sealer({"keys": []}), map(an_id, count(1)).__next__)
        self.grant: Grant | None = None

    async def say(self, *publications: Publication) -> None:
        async def append(_: Any) -> None:
            await self._outbox.append(publications, now=NOON, causation=None, correlation=None, traceparent=None)

        await MongoTransactions(self.store).run(append, action="test", event=None)

    async def publish(self, *, without: Sequence[str] = ()) -> None:
        self.grant = self.grant or await MongoLeases(self.store).take(RELAY_LEASE, "a", timedelta(hours=1))
        assert self.grant is not None
        unpublished = MongoUnpublished(self.store)
        await unpublished.mark(await unpublished.fetch(1_000, without), self.grant, NOON)

    async def said(self, events: int) -> None:
        """So many events of nine patients, published."""
        await self.say(*(publication(patient=number % 9 + 1) for number in range(events)))
        await self.publish()


def told(page: FeedPage) -> list[tuple[int, int]]:
    """(patient, sequence) of each event."""
    return [(int(row.stream[-4:]), row.sequence) for row in page.rows]
