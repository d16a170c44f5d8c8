"""Which endpoint has its round next, asked of the store by one look for all of them.

Invariant: nothing but the store decides what is to be sent. What is remembered here (how far was looked in vain, what
an endpoint is) only saves questions, and is forgotten with the process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from careflow_events.feed import EXAMINED_PER_PAGE, FeedPlace
from careflow_events.mongo import MongoFeed
from careflow_events.topics import Topic
from careflow_service.clock import Clock
from careflow_service.deadlines import set_aside
from careflow_service.mongo.fence import FenceWatch
from careflow_service.telemetry import metrics
from careflow_service.timers.kinds import Upcoming
from careflow_service.webhooks.endpoints import Endpoint
from careflow_service.webhooks.rounds import LAG, Rounds
from careflow_service.webhooks.storing import Endpoints, HeldStreams

LOOK_SECONDS: Final = 0.2
"""How long a look counts; a look costs the same however many endpoints there are work for."""
AT_ONCE: Final = 64
"""How many endpoints have a round side by side: one that hangs takes one of these places."""


@dataclass(slots=True)
class _Known:
    """An endpoint as it was read, how far was looked for it, and behind which position nothing is for it."""

    endpoint: Endpoint
    looked_through: FeedPlace
    wanted_until: int
    served: int = 0


@dataclass(slots=True)
class _Looked:
    """What the last look found."""

    at: float = float("-inf")
    end: FeedPlace | None = None
    due: set[str] = field(default_factory=set)


class WebhookTurns:
    """See `careflow_service.timers.kinds.Kind`."""

    name = "webhooks"

    def __init__(
        self,
        *,
        topics: Sequence[Topic],
        feed: MongoFeed,
        endpoints: Endpoints,
        held: HeldStreams,
        rounds: Rounds,
        fence: FenceWatch,
        wall_clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._topics = topics
        self._feed = feed
        self._endpoints = endpoints
        self._held = held
        self._rounds = rounds
        self._fence = fence
        self._wall_clock = wall_clock
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        self._looked = _Looked()
        self._served = 0

    async def next(self) -> Upcoming | None:
        """The endpoint that waits longest for a round it needs."""
        if self._fence.closed:
            return None
        if self._monotonic() - self._looked.at >= LOOK_SECONDS:
            await self._look()
        aside = set_aside()
        needy = [id_ for id_, known in self._known.items() if id_ not in aside and self._needs(known)]
        if not needy:
            return None
        id_ = min(needy, key=lambda each: self._known[each].served)
        known = self._known[id_]
        return Upcoming(id_, reached=(known.endpoint.version, known.looked_through.position))

    def wait(self, upcoming: Upcoming) -> float:  # noqa: ARG002 - what needs a round needs it now
        return 0.0

    async def do(self, upcoming: Upcoming) -> None:
        known = self._known[upcoming.id]
        self._served += 1
        known.served = self._served
        self._looked.due.discard(upcoming.id)
        through = await self._rounds(known.endpoint, known.looked_through)
        if through is None:
            self._known.pop(upcoming.id, None)
        else:
            known.looked_through = max(known.looked_through, through)
        await self._read(upcoming.id)
        metrics.EFFECTS_SETTLED.labels(self.name).inc()

    def failed(self) -> None:
        metrics.EFFECT_FAILURES.labels(self.name).inc()

    def _needs(self, known: _Known) -> bool:
        endpoint = known.endpoint
        if endpoint.test is not None:
            return True
        now = self._wall_clock()
        rests_until = endpoint.health.rests_until
        if not endpoint.is_active or (rests_until is not None and rests_until > now):
            return False
        looked = known.looked_through.position
        if known.wanted_until > looked or looked - endpoint.place.position >= LAG or endpoint.id in self._looked.due:
            return True
        replay = endpoint.replay
        return replay is not None and (replay.attempt_at is None or replay.attempt_at <= now)

    async def _look(self) -> None:
        versions, end = await asyncio.gather(self._endpoints.versions(), self._feed.end())
        before = self._looked.end
        if before is None or before.restore != end.restore:
            self._known.clear()
        elif end.position > before.position:
            await self._sight(before.position, end)
        self._known = {id_: known for id_, known in self._known.items() if id_ in versions}
        stale = [id_ for id_, version in versions.items() if self._version(id_) != version]
        self._looked.end = end
        await asyncio.gather(*(self._read(id_) for id_ in stale))
        due = await self._held.endpoints_due(self._known.keys(), self._wall_clock())
        self._looked = _Looked(self._monotonic(), end, due)

    async def _sight(self, before: int, end: FeedPlace) -> None:
        """Whom something new concerns; for the others it was looked at by this."""
        new = await self._feed.sighted(before, end.position) if end.position - before <= EXAMINED_PER_PAGE else None
        for known in self._known.values():
            wanted = known.endpoint.wanted(self._topics)
            mine = [end.position] if new is None else [each.position for each in new if wanted.sees(each)]
            if mine:
                known.wanted_until = max(mine)
            elif known.looked_through.position == before:
                known.looked_through = end

    def _version(self, id_: str) -> int | None:
        known = self._known.get(id_)
        return None if known is None else known.endpoint.version

    async def _read(self, id_: str) -> None:
        """Remembers the endpoint as it is now. A new one, or one that is told of other things, is looked for anew."""
        endpoint = await self._endpoints.find(id_, of=id_)
        known, end = self._known.get(id_), self._looked.end
        if endpoint is None or end is None:
            self._known.pop(id_, None)
        elif known is None or known.endpoint.wanted(self._topics) != endpoint.wanted(self._topics):
            self._known[id_] = _Known(endpoint, endpoint.place, end.position)
        else:
            known.endpoint = endpoint
