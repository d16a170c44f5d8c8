"""Subscribing to CareFlow's events from outside: contracts and functions in, the rest is done here.

    subscriber = Subscriber("localhost:9092", "acme-calendar")

    @subscriber.on(ConsultationBooked)
    async def booked(event: Received[ConsultationBooked]) -> None:
        print(event.subject, event.sequence, event.data.starts_at)

    subscriber.run()

Invariant: events of one stream are handled in their order, one at a time, each once for as long as places are kept;
nothing that was lost is passed over without being told, and no offset is committed before its event was handled.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import TopicPartition

from careflow_events.consumers import StartPlace
from careflow_events.contracts.model import EventData
from careflow_events.freshness import STALE_AFTER, Freshness
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.member import Member, begin
from careflow_events.kafka.partitions import TopicMissing
from careflow_events.listening import D, Handler, Listening, Places, Reached, Tell
from careflow_events.sealing import KeyMissing, KeyRing
from careflow_events.subscription import Received
from careflow_events.topics import EVERY_TOPIC
from careflow_events.troubles import Diverged, Gap, Joined, Stale, Stopped, Trimmed, Trouble, Unreadable, stop_at_loss

__all__ = [
    "Diverged",
    "Gap",
    "Joined",
    "KeyMissing",
    "KeyRing",
    "Places",
    "Reached",
    "Received",
    "Stale",
    "StartPlace",
    "Stopped",
    "Subscriber",
    "TopicMissing",
    "Trimmed",
    "Trouble",
    "Unreadable",
    "stop_at_loss",
]


def _now() -> datetime:
    return datetime.now(UTC)


class Subscriber:
    """Hears events of CareFlow's topics as one member of a consumer group.

    A handler that returns has handled its event. What it raises ends the subscriber, and the event comes again when it
    is started anew: retry within the handler what may pass. `on_trouble` is told of what may be missing (see
    `careflow_events.troubles`); without it, whatever was lost stops the subscriber.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        group: str,
        *,
        keyring: KeyRing | None = None,
        places: Places | None = None,
        on_trouble: Tell = stop_at_loss,
        start: StartPlace = StartPlace.EARLIEST,
        stale_after: timedelta = STALE_AFTER,
        clock: Callable[[], datetime] = _now,
        kafka_options: Mapping[str, Any] = NO_OPTIONS,
    ) -> None:
        """`keyring` opens what is sealed to you; `places` keeps how far each stream was handled, by default in memory,
        for as long as this runs. `start` says where a group begins that never ran. `kafka_options` go to aiokafka, as
        `security_protocol`, `ssl_context` and those that begin with `sasl_`.
        """
        self._servers = bootstrap_servers
        self._group = group
        self._keyring = keyring
        self._places = places
        self._tell = on_trouble
        self._start = start
        self._clock = clock
        self._options = kafka_options
        self._handlers: dict[type[EventData], Handler[Any]] = {}
        self._freshness = Freshness(clock, stale_after)

    def on(self, contract: type[D]) -> Callable[[Handler[D]], Handler[D]]:
        """Has the decorated function handle the events of this contract. Raises ValueError for one that has a handler,
        and for FeedCheckpoint, of which `fresh_until` tells.
        """
        if contract in self._handlers:
            raise ValueError(f"{contract.name()} has a handler")
        if contract.topic is EVERY_TOPIC:
            raise ValueError(f"{contract.name()} is of no topic of its own: ask fresh_until")

        def register(handler: Handler[D]) -> Handler[D]:
            self._handlers[contract] = handler
            return handler

        return register

    @property
    def fresh_until(self) -> datetime | None:
        """Everything that was recorded before this time has been handled, in the partitions this member reads, but for
        the streams `behind`. None while one of them has had no checkpoint. By the writers' clock, never ahead of yours.
        """
        return self._freshness.until()

    @property
    def behind(self) -> frozenset[str]:
        """Streams (`<topic>/<subject>`) that may lack events from before `fresh_until`: their writer cannot publish."""
        return self._freshness.behind()

    def run(self) -> None:
        """Listens until Ctrl-C or SIGTERM, which let the event in hand end and commit it; a second one does not wait.
        Raises as `listen`.
        """
        asyncio.run(self._run())

    async def listen(self, stopping: asyncio.Event | None = None) -> None:
        """Listens until `stopping` is set, or cancelled.

        Raises KafkaError when no broker answers at the start or reading is refused, TopicMissing, Stopped, KeyMissing
        (a section is sealed to a key of yours that `keyring` lacks), and whatever a handler raises.
        """
        if not self._handlers:
            raise ValueError("nothing to hear: give a contract a handler with `on`")
        stopping = stopping or asyncio.Event()
        listening = Listening(
            self._handlers,
            keyring=self._keyring,
            places=self._places,
            tell=self._tell,
            freshness=self._freshness,
            clock=self._clock,
        )
        async with self._membership(listening) as member:
            while not stopping.is_set():
                await member.hear(listening.take, stopping)
                await member.commit_when_due()
                for stale in self._freshness.stale():
                    await self._tell(stale)

    @asynccontextmanager
    async def _membership(self, listening: Listening) -> AsyncIterator[Member]:
        topics = sorted({contract.topic.name for contract in self._handlers})

        def assigned(held: frozenset[TopicPartition], own: frozenset[TopicPartition]) -> None:
            # What a store of places says may have been moved on by another member; memory is true of what is our own.
            listening.forget(but=own if self._places is None else frozenset())
            self._freshness.assigned(held)

        await begin(self._servers, self._group, topics, self._start, self._options)
        member = Member(self._servers, self._group, topics, self._options, assigned=assigned, trimmed=self._tell)
        try:
            await member.start()
            yield member
        finally:
            await member.stop()
            self._freshness.assigned(())

    async def _run(self) -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stop() -> None:
            stopping.set()
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(each)

        with suppress(NotImplementedError):  # Windows: Ctrl-C interrupts at once
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(each, stop)
        await self.listen(stopping)
