"""Refeeding: events of the past are fed again from the outbox, which keeps them, to whoever has missed them.

To one consumer through a topic of its own, so that nobody else meets old events; or back into the topics themselves,
when those were lost. Who is fed knows by its positions what it has handled. Invariant: what is fed is the record as it
was published, in the order of its stream; a feeding that was interrupted goes on after the last piece that was stored.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from careflow_events.outbox import OutboxRow
from careflow_events.producing import OutgoingRecord, RecordProducer
from careflow_events.topics import ORIGIN_HEADER

ROWS_AT_ONCE: Final = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which published events: of one stream from `first` to `last`, or of one topic recorded `since` then. What is
    left out does not narrow it.
    """

    topic: str
    stream: str | None = None
    first: int | None = None
    last: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refeed:
    """One feeding that was asked for. `to` is the topic it goes to; `after` is where it stands: the last position, or
    within a stream the last sequence, that was fed.
    """

    id: str
    to: str
    selection: Selection
    events: int
    requested_at: datetime
    after: int = 0
    fed: int = 0
    finished_at: datetime | None = None


class Refeeds(Protocol):
    """The feedings of one service, in its store."""

    async def count(self, selection: Selection) -> int:
        """How many published events that is."""

    async def request(self, refeed: Refeed) -> None:
        """Has the worker that relays feed them, once the unit of work one is in has committed."""

    async def waiting(self) -> Sequence[Refeed]:
        """What is not finished, oldest first."""

    async def recent(self, limit: int) -> Sequence[Refeed]:
        """The latest feedings, finished or not, newest first."""

    async def rows(self, refeed: Refeed, limit: int) -> Sequence[OutboxRow]:
        """The next rows to feed; none when all were."""

    async def note(self, refeed: Refeed, rows: Sequence[OutboxRow]) -> Refeed:
        """Notes that these rows were stored; answers the feeding as it stands now."""

    async def finish(self, refeed: Refeed, at: datetime) -> None:
        """Notes that all was fed."""


class NotStored(ConnectionError):
    """The broker did not take a piece: it is fed again."""


class Refeeding:
    """Carries out what was asked for, in the process that relays."""

    def __init__(self, refeeds: Refeeds, producer: RecordProducer) -> None:
        self._refeeds = refeeds
        self._producer = producer

    async def run_requested(self, now: datetime) -> int:
        """Feeds everything that waits; answers how many events that was. Raises what is transient: it goes on from
        there the next time.
        """
        fed = 0
        for refeed in await self._refeeds.waiting():
            fed += await self._feed(refeed, now)
        return fed

    async def close(self) -> None:
        """Lets go of the broker."""
        await self._producer.close()

    async def _feed(self, refeed: Refeed, now: datetime) -> int:
        fed_before = refeed.fed
        while rows := await self._refeeds.rows(refeed, ROWS_AT_ONCE):
            answers = await self._producer.publish([_record(row, refeed.to) for row in rows])
            if not all(answer.stored for answer in answers):
                await self._producer.renew()
                raise NotStored
            refeed = await self._refeeds.note(refeed, rows)
            _log.info("refed", extra={"topic": refeed.to, "rows": refeed.fed, "count": refeed.events})
        await self._refeeds.finish(refeed, now)
        return refeed.fed - fed_before


def _record(row: OutboxRow, to: str) -> OutgoingRecord:
    origin = ((ORIGIN_HEADER, row.topic.encode()),) if to != row.topic else ()
    return OutgoingRecord(topic=to, key=row.key, value=row.record, headers=(*row.headers, *origin))
