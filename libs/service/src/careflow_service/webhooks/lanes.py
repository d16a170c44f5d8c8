"""What a round has to send, as lanes: in one the messages go one after the other, lanes go side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from careflow_events.envelope import TYPE_HEADER
from careflow_events.feed import FeedPage, FeedPlace, PlaceGone, Wanted, for_reader
from careflow_events.mongo import MongoFeed
from careflow_events.outbox import OutboxRow
from careflow_service.webhooks.endpoints import Endpoint, HeldStream, Replay
from careflow_service.webhooks.sending import Message
from careflow_service.webhooks.storing import HeldStreams, Kind

EVENTS_PER_ROUND: Final = 50
EVENTS_PER_LANE: Final = 10
LANES_PER_ROUND: Final = 20
"""Held streams that are tried in one round."""


@dataclass(slots=True)
class Lane:
    """Events of one stream, or those of a replay; `held` where the stream was held. `end` is the place behind all that
    was looked at for it; `whole`: that is as far as this round goes.
    """

    stream: str
    topic: str
    subject: str
    end: FeedPlace
    whole: bool = True
    held: HeldStream | None = None
    rows: list[tuple[OutboxRow, FeedPlace]] = field(default_factory=list)
    replay: Replay | None = None

    @property
    def attempts(self) -> int:
        """How many were made at the first event."""
        before = self.replay or self.held
        return 0 if before is None else before.attempts

    def before(self, index: int) -> FeedPlace:
        """The place before the event of that index."""
        place = self.rows[index][1]
        return FeedPlace(place.position - 1, place.restore)


def message_of(row: OutboxRow, endpoint: Endpoint, replay: Replay | None) -> Message:
    """What this endpoint is shown of an event."""
    type_, body = dict(row.headers)[TYPE_HEADER].decode(), for_reader(row.record, endpoint.consumer)
    if replay is None:
        return Message(id=row.id, type=type_, body=body)
    return Message(id=row.id, type=type_, body=body, kind=Kind.REPLAY, replay=replay.id)


class Lanes:
    """Finds what there is to send."""

    def __init__(self, feed: MongoFeed, held: HeldStreams) -> None:
        self._feed = feed
        self._held = held

    async def of_new(
        self, endpoint: Endpoint, wanted: Wanted, after: FeedPlace, *, limit: int
    ) -> tuple[list[Lane], FeedPlace]:
        """One for each stream that is not held of what comes next, and the place behind what was looked at."""
        page = await self._page(wanted, after, limit)
        rows = _shown(page)
        held = await self._held.among(endpoint.id, {row.stream for row, _ in rows}) if rows else set()
        lanes: dict[str, Lane] = {}
        for row, place in rows:
            if row.stream not in held:
                lane = lanes.setdefault(row.stream, Lane(row.stream, row.topic, row.key.decode(), page.next))
                lane.rows.append((row, place))
        return list(lanes.values()), page.next

    async def of_held(self, wanted: Wanted, held: HeldStream, through: FeedPlace) -> Lane:
        """What follows of a stream that was held, as far as this round goes with all others."""
        own = Wanted(wanted.topics & {held.topic}, wanted.types, held.subject)
        lane = await self._lane(own, held.place, through, f"{held.topic}/{held.subject}", held.topic, held.subject)
        lane.held = held
        return lane

    async def of_replay(self, wanted: Wanted, replay: Replay) -> Lane:
        """What follows of a replay, all of it in one lane, in the order of the feed."""
        lane = await self._lane(wanted, replay.place, replay.through, f"replay/{replay.id}", "", "")
        lane.replay = replay
        return lane

    async def _lane(
        self, wanted: Wanted, after: FeedPlace, through: FeedPlace, stream: str, topic: str, subject: str
    ) -> Lane:
        page = await self._page(wanted, after, EVENTS_PER_LANE)
        rows = [(row, place) for row, place in _shown(page) if place.position <= through.position]
        whole = page.caught_up or page.next.position >= through.position
        return Lane(stream, topic, subject, page.next, whole, rows=rows)

    async def _page(self, wanted: Wanted, after: FeedPlace, limit: int) -> FeedPage:
        """The page behind that place; where history was removed, from the oldest there is."""
        try:
            return await self._feed.page(wanted, after, limit)
        except PlaceGone as gone:
            return await self._feed.page(wanted, gone.oldest, limit)


def _shown(page: FeedPage) -> Sequence[tuple[OutboxRow, FeedPlace]]:
    """Its events; one that an erasure has emptied is passed over."""
    return [(row, place) for row, place in zip(page.rows, page.places, strict=True) if row.record]
