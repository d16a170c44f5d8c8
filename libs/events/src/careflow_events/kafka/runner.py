"""What a worker does with events: consume, replay, relay, watch over it all, in one task group.

Invariant: if one of its tasks dies, all end and the process exits to be restarted. Stopping is: fetch no more, finish
what is in flight, commit, release the lease.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

from careflow_events import metrics
from careflow_events.cancelled import end_if_cancelled
from careflow_events.consumers import Feed, StopReason
from careflow_events.delivery import Delivery
from careflow_events.faults import Fault, FaultOf
from careflow_events.fencing import Fences
from careflow_events.handling import Stores
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.broker import Deliver, make_broker
from careflow_events.kafka.partitions import Checked, PartitionState, Starts
from careflow_events.kafka.pauses import Pauses
from careflow_events.offsets import NOTE_EVERY_SECONDS, StoreWentBack
from careflow_events.refeeding import Refeeding
from careflow_events.relay import Hint, Relay
from careflow_events.replay import Replay
from careflow_events.unpublished import Unpublished

CONNECT_AGAIN_SECONDS: Final = 2.0
CONFIRMED_WITHIN_SECONDS: Final = 0.1
"""How often a starting consumer looks whether the relay has found its store to know what its topics hold."""
REPLAY_EVERY_SECONDS: Final = 1.0
WATCH_EVERY_SECONDS: Final = 10.0
REFEED_EVERY_SECONDS: Final = 1.0
LOOK_FOR_PAUSES_EVERY_SECONDS: Final = 1.0
TOLD_SECONDS: Final = 10.0
"""After which what operators ask for is looked for all the same, where the store tells of what is written."""
_ASKED_FOR: Final = ("_parked", "_refeeds", "_pauses")
"""Where it is written what operators ask for."""
STOPPED_WITHIN_SECONDS: Final = 0.5
KAFKA_KNOWN_SECONDS: Final = 30.0
"""For how long an answer of the broker about all topics counts: it is asked each WATCH_EVERY_SECONDS."""

_log = logging.getLogger(__name__)


class Watch(Protocol):
    """Something that runs beside the work to give it hints, until it is cancelled."""

    async def run(self) -> None:
        """Runs until cancelled."""

    def hint(self, *collections: str) -> Hint:
        """A hint at what is written there; to be asked for before `run`."""

    def wake(self) -> None:
        """Ends every wait for a hint."""


class Broker(Protocol):
    """What brings records to be delivered."""

    async def start(self) -> None:
        """Begins to bring them."""

    async def stop(self) -> None:
        """Brings no more; what is in flight is finished."""


class MakeBroker(Protocol):
    """See `careflow_events.kafka.broker.make_broker`."""

    def __call__(
        self,
        bootstrap_servers: str,
        consumer: str,
        begins: Mapping[str, Mapping[int, int]],
        *,
        deliver: Deliver,
        pauses: Pauses,
        refeed: str | None,
        options: Mapping[str, Any],
    ) -> Broker: ...


class EventsRunner:
    """Runs one service's consumers and relay."""

    def __init__(
        self,
        *,
        bootstrap_servers: str,
        consumer: str,
        topics: Sequence[str],
        delivery: Delivery,
        replay: Replay,
        relay: Relay,
        refeed: str | None,
        refeeding: Refeeding,
        watch: Watch,
        unpublished: Unpublished,
        stores: Stores,
        fences: Fences,
        clock: Callable[[], datetime],
        wall_clock: Callable[[], datetime],
        fault_of: FaultOf,
        options: Mapping[str, Any] = NO_OPTIONS,
        starts: Starts | None = None,
        broker: MakeBroker = make_broker,
    ) -> None:
        """`options` are those of a `KafkaAccount`. `starts` and `broker` stand for Kafka where there is none."""
        self._bootstrap_servers = bootstrap_servers
        self._options = options
        self._consumer = consumer
        self._topics = topics
        self._delivery = delivery
        self._replay = replay
        self._relay = relay
        self._refeed = refeed
        self._refeeding = refeeding
        self._watch = watch
        self._hints = {name: watch.hint(name) for name in _ASKED_FOR}
        self._unpublished = unpublished
        self._stores = stores
        self._fences = fences
        self._clock = clock
        self._wall_clock = wall_clock
        self._fault_of = fault_of
        self._make_broker = broker
        self.starts = starts or Starts(bootstrap_servers, consumer, stores.consumers, options)
        self._pauses = Pauses()
        self._consuming = False
        self._hearing: Sequence[str] = ()
        self._paused: frozenset[str] = frozenset()
        self._fenced = False
        self._began: dict[str, Feed] = {}
        self._begins_again = False
        self._asked_at: float | None = None

    def checks(self) -> Mapping[str, bool]:
        """What must hold for the worker to be ready; each name is stable."""
        return {
            "partitions_assigned": self._consuming
            and all(self._pauses.assigned_to(topic) is not None for topic in self._hearing),
            "kafka": self._kafka_known,
            "not_fenced": not self._fenced,
            "not_stopped": self._delivery.stopped is None,
            "not_paused": not self._paused,
            "nothing_held_up": not self._held_up,
            "relay_lease_known": self._relay.lease_known,
        }

    @property
    def _kafka_known(self) -> bool:
        """Whether the broker lately answered about every topic that is heard."""
        return self._asked_at is not None and time.monotonic() - self._asked_at < KAFKA_KNOWN_SECONDS

    @property
    def _held_up(self) -> frozenset[tuple[str, int]]:
        """The partitions of this worker that have not moved for long."""
        own = {
            (place.topic, place.partition) for topic in self._topics for place in self._pauses.assigned_to(topic) or ()
        }
        return self._delivery.held_up & own

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set, then stops gracefully."""
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch.run())
            tasks.create_task(self._consume(stopping))
            tasks.create_task(self._wake_at(stopping))
            tasks.create_task(self._every(REPLAY_EVERY_SECONDS, self._replay.run_requested, stopping, "_parked"))
            tasks.create_task(self._every(WATCH_EVERY_SECONDS, self._look, stopping))
            tasks.create_task(self._every(REFEED_EVERY_SECONDS, self._feed, stopping, "_refeeds"))
            tasks.create_task(self._every(NOTE_EVERY_SECONDS, self._note_settled, stopping))
            tasks.create_task(self._every(LOOK_FOR_PAUSES_EVERY_SECONDS, self._look_for_pauses, stopping, "_pauses"))
            await self._relay.run(stopping)
            watch.cancel()
        await self._refeeding.close()

    async def _consume(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._delivery.look_whether_stopped()
                await self._look_for_pauses()
                topics = self._not_paused()
                if self._delivery.stopped is None and await self._not_fenced() and await self._may_start(topics):
                    await self._hear(topics, stopping)
            except Exception as error:
                if not self._passes(error):
                    raise
            looking = not (self._relay.confirmed or self._fenced)
            await _wait(stopping, CONFIRMED_WITHIN_SECONDS if looking else CONNECT_AGAIN_SECONDS)

    async def _hear(self, topics: Sequence[str], stopping: asyncio.Event) -> None:
        """Handles what comes until there is a reason to stop; what was settled by then is noted."""
        broker = self._make_broker(
            self._bootstrap_servers,
            self._consumer,
            {topic: self._began[topic].offsets for topic in topics},
            deliver=self._delivery.deliver_together,
            pauses=self._pauses,
            refeed=self._refeed,
            options=self._options,
        )
        try:
            await broker.start()
            self._consuming, self._hearing = True, topics
            _log.info("consuming", extra={"consumer": self._consumer, "count": len(topics)})
            await self._until_stopped(topics, stopping)
        finally:
            self._consuming = False
            await broker.stop()
            self._pauses.clear()
        await self._note_settled()

    async def _until_stopped(self, topics: Sequence[str], stopping: asyncio.Event) -> None:
        self._begins_again = False
        while not (self._delivery.stopped or stopping.is_set() or self._begins_again or self._fenced):
            if self._not_paused() != topics:
                return
            await _wait(stopping, STOPPED_WITHIN_SECONDS)

    async def _note_settled(self) -> None:
        """Notes how far this worker has come; a store that knows of less is read on from what it knows."""
        try:
            await self._delivery.offsets.note()
        except StoreWentBack as error:
            _log.error(error.code, extra={"consumer": self._consumer})
            self._begins_again = True

    async def _not_fenced(self) -> bool:
        """Whether the store knows what its own topics hold, as far as that has been looked at: what a fenced service
        would make of what it hears would be said under numbers that were given before.
        """
        self._fenced = await self._fences.fence() is not None
        return self._relay.confirmed and not self._fenced

    async def _look_for_pauses(self) -> None:
        """Reads what operators have paused: it is not heard by any worker, and what was received is settled."""
        pauses = await self._stores.consumers.pauses()
        paused = frozenset(topic for topic in self._topics if any(pause.holds(topic) for pause in pauses))
        if paused != self._paused:
            _log.warning("pauses_changed", extra={"consumer": self._consumer, "count": len(paused)})
        self._paused = paused
        for topic in self._topics:
            metrics.CONSUMER_PAUSED.labels(topic).set(1 if topic in paused else 0)

    def _not_paused(self) -> list[str]:
        return [topic for topic in self._topics if topic not in self._paused]

    async def _may_start(self, topics: Sequence[str]) -> bool:
        """Whether there is anything to hear, and nothing in the way."""
        for topic in topics:
            judged = await self._stores.consumers.feed(topic)
            reason = await self.starts.prepare(topic)
            if reason is not None:
                await self._stop(topic, reason, judged)
                return False
            feed = await self._stores.consumers.feed(topic)
            self._delivery.offsets.begin(topic, feed.offsets)
            self._began[topic] = feed
        self._asked_at = time.monotonic()
        return bool(topics)

    async def _feed(self) -> None:
        """Feeds again what was asked for, where the relay is."""
        if self._relay.leading and self._relay.confirmed:
            await self._refeeding.run_requested(self._wall_clock())

    async def _look(self) -> None:
        """Refreshes what operators see, and stops the consumer when a topic is no longer what it was."""
        await self._delivery.look_whether_stopped()
        await self._not_fenced()
        metrics.PARTITIONS_HELD_UP.set(len(self._held_up))
        metrics.STREAMS_BLOCKED.set(await self._stores.positions.blocked_streams())
        backlog = await self._unpublished.backlog()
        metrics.OUTBOX_UNPUBLISHED.set(backlog.rows)
        age = 0.0 if backlog.oldest is None else (self._clock() - backlog.oldest).total_seconds()
        metrics.OUTBOX_OLDEST_SECONDS.set(max(age, 0.0))
        if self._consuming or self._paused:
            for topic, found in (await self.starts.check(self._topics)).items():
                await self._show(topic, found)
            self._asked_at = time.monotonic()

    async def _show(self, topic: str, found: Checked) -> None:
        if found.stop is not None and self._delivery.stopped is None:
            await self._stop(topic, found.stop, found.feed)
        if topic in self._hearing and found.feed.started_over != self._began[topic].started_over:
            self._begins_again = True  # stopped and resumed meanwhile by others: what is read here is gone
        _show_lag(topic, found.states)
        fresh_until = found.feed.fresh_until()
        if fresh_until is not None:
            metrics.FEED_AGE_SECONDS.labels(topic).set((self._clock() - fresh_until).total_seconds())

    async def _stop(self, topic: str, reason: StopReason, judged: Feed) -> None:
        """Stops for what was judged by what was known of the topic then, unless an operator has let consuming go on
        since: to judge takes a while, and nobody would let it go on a second time.
        """
        now = await self._stores.consumers.feed(topic)
        if now.may_start_over or now.started_over != judged.started_over:
            self._begins_again = True
        else:
            await self._delivery.stop(reason)

    async def _wake_at(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._watch.wake()

    async def _every(
        self,
        seconds: float,
        act: Callable[[], Awaitable[object]],
        stopping: asyncio.Event,
        told_of: str | None = None,
    ) -> None:
        """Acts so often; where `told_of` is given, once something was written there, or after a while."""
        while not stopping.is_set():
            try:
                await act()
            except Exception as error:
                if not self._passes(error):
                    raise
            await _wait(stopping, seconds)
            if told_of is not None and not stopping.is_set():
                await self._hints[told_of].wait(0, while_told=TOLD_SECONDS)

    def _passes(self, error: Exception) -> bool:
        diagnosis = self._fault_of(error)
        passes = diagnosis.fault is Fault.TRANSIENT
        if passes:
            _log.warning("worker_waits", extra={"error_class": diagnosis.code, "at": diagnosis.at})
        return passes


def _show_lag(topic: str, states: Mapping[int, PartitionState]) -> None:
    for partition, state in states.items():
        metrics.CONSUMER_LAG.labels(topic, partition).set(state.lag)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    end_if_cancelled()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
