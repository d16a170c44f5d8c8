"""Listening without a store: one record after the other through admission, its place in its stream, and a handler.

Invariant: the place in a stream moves after its event was handled, or was told as trouble and passed over; whatever is
raised on the way leaves it where it was, so the event comes again.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime
from inspect import isawaitable
from typing import Any, NamedTuple, Protocol, TypeVar

from careflow_events import catalogue
from careflow_events.admission import Admission
from careflow_events.catalogue import MalformedData
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.envelope import Envelope, MalformedEnvelope
from careflow_events.freshness import Freshness
from careflow_events.one_pass import Arrived, OnePass
from careflow_events.positions import Position, Standing
from careflow_events.sealing import KeyRing, SectionBroken
from careflow_events.subscription import Received, received
from careflow_events.troubles import Diverged, Gap, Joined, Trouble, Unreadable

D = TypeVar("D", bound=EventData)

Handler = Callable[[Received[D]], Awaitable[None]]
"""What is done with one event. To return is to have handled it; whatever it raises leaves the event to come again."""

Tell = Callable[[Trouble], Awaitable[None]]
"""Who is told of trouble. To return is to go on without what is missing; to raise stops the subscriber before it."""


class Reached(NamedTuple):
    """The last event that was handled of a stream."""

    sequence: int
    event_id: str


class Places(Protocol):
    """Where a subscriber keeps how far it has come in each stream, if not in memory.

    A store of your own that writes the place in the transaction of the handler's effects handles each event exactly
    once: the event has `stream`, `sequence` and `id`, and `keep` has nothing left to do.
    """

    async def find(self, stream: str) -> Reached | None:
        """How far the stream was handled; None where nothing of it was."""

    async def keep(self, stream: str, reached: Reached) -> None:
        """Notes that everything up to `reached` was handled. What is stored never moves back."""


class Listening:
    """What one subscriber does with what it reads. `clock` tells how old its view is."""

    def __init__(
        self,
        handlers: Mapping[type[EventData], Handler[Any]],
        *,
        keyring: KeyRing | None,
        places: Places | None,
        tell: Tell,
        freshness: Freshness,
        clock: Callable[[], datetime],
    ) -> None:
        self._handlers = handlers
        self._one_pass = OnePass(handlers, keyring=keyring, clock=clock)
        self._admission = Admission((contract.topic for contract in handlers), clock)
        self._keyring = keyring
        self._places = places
        self._tell = tell
        self._freshness = freshness
        self._known: defaultdict[tuple[str, int], dict[str, Reached]] = defaultdict(dict)

    async def take(self, record: Arrived) -> None:
        """Handles the record, unless it was handled before. Raises KeyMissing, and whatever the handler, the places or
        who is told of trouble raise; then the record is to be read again.
        """
        event: Received[Any] | Envelope | None = self._one_pass.read(record)
        if event is None:
            event = await self._read(consumed(record))
        if event is not None:
            await self._take(record, event)

    async def _read(self, record: ConsumedRecord) -> Envelope | None:
        """The envelope of what is not as our services write it, or is a section's to open; None where nothing is to be
        handled.
        """
        try:
            event = self._admission.admit(record)
            if event.type == FeedCheckpoint.type():
                checkpoint = catalogue.read(event, self._keyring)
                assert isinstance(checkpoint, FeedCheckpoint)
                self._freshness.note(record.place, checkpoint)
                return None
        except (MalformedEnvelope, MalformedData) as error:
            await self._tell(_unreadable(record, error.code))
            return None
        return event

    def forget(self, *, but: Collection[tuple[str, int]]) -> None:
        """What is remembered of all other partitions is not to be relied on: somebody else may have read on there."""
        for place in [place for place in self._known if place not in but]:
            del self._known[place]

    async def _take(self, record: Arrived, event: Received[Any] | Envelope) -> None:
        stream, sequence = event.stream or "", event.sequence or 0
        known = self._known[record.topic, record.partition]
        reached = known.get(stream)
        if reached is None and self._places is not None:
            reached = await self._places.find(stream)
        if sequence != (1 if reached is None else reached.sequence + 1):
            for trouble in _before(stream, sequence, event.id, reached):
                await self._tell(trouble)
        if reached is not None and sequence <= reached.sequence:
            return
        await self._handle(record, event)
        known[stream] = Reached(sequence, event.id)
        if self._places is not None:
            await self._places.keep(stream, known[stream])

    async def _handle(self, record: Arrived, event: Received[Any] | Envelope) -> None:
        contract = catalogue.contract_for(event.type) if isinstance(event, Envelope) else type(event.data)
        handler = None if contract is None else self._handlers.get(contract)
        if handler is None:
            return
        if isinstance(event, Envelope):
            try:
                event = received(event, self._keyring)
            except (MalformedEnvelope, MalformedData, SectionBroken) as error:
                await self._tell(_unreadable(record, error.code))
                return
        handling = handler(event)
        if not isawaitable(handling):  # nobody's types were checked
            raise TypeError(f"a handler of {event.data.type()} is no coroutine function: define it by `async def`")
        await handling


def _before(stream: str, sequence: int, event_id: str, reached: Reached | None) -> Iterable[Trouble]:
    """What is to be told before this event."""
    if reached is None:
        return [] if sequence == 1 else [Joined(stream, sequence)]
    match Position(stream, reached.sequence, reached.event_id).standing(sequence, event_id):
        case Standing.GAP:
            return [Gap(stream, reached.sequence + 1, sequence - 1)]
        case Standing.DIVERGED:
            return [Diverged(stream, sequence)]
    return []


def consumed(record: Arrived) -> ConsumedRecord:
    """The record as this library knows it."""
    return ConsumedRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )


def _unreadable(record: Arrived, code: str) -> Unreadable:
    return Unreadable(record.topic, record.partition, record.offset, code)
