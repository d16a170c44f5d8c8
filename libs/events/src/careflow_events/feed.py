"""The feed: what a service has said, read from its outbox by whoever has no Kafka.

Every published row has a position. Invariant: a row gets its position in the transaction that marks it published, and
those transactions follow each other by the lease they all count in. So positions become visible in their order and
without a hole: behind a place that was read nothing turns up in front of it, however late it was committed. Within a
stream the order of positions is that of its sequence.

A restore gives positions anew from where the copy ended. A place says which restore it was read after; one from before
a later restore counts only as far as both histories are the same, so a reader meets some events again and misses none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from careflow_events.outbox import OutboxRow
from careflow_events.sealing import consumer_of

BYTES_PER_PAGE: Final = 1024 * 1024
"""Of all records of one page; a page that has any has at least one."""
EXAMINED_PER_PAGE: Final = 1_000
"""How many events a page looks at for those a reader wants."""


@dataclass(frozen=True, slots=True, order=True)
class FeedPlace:
    """Behind the event at `position`, as positions are since `restore` (0: since the beginning)."""

    position: int = 0
    restore: int = 0


@dataclass(frozen=True, slots=True)
class Sighted:
    """That there is an event at a position: enough to know whom it concerns."""

    position: int
    topic: str
    type: str
    subject: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader is shown: of these topics, of these types (all when empty), of this subject or of all."""

    topics: frozenset[str]
    types: frozenset[str] = field(default_factory=frozenset)
    subject: str | None = None

    def sees(self, sighted: Sighted) -> bool:
        """Whether that event is among it."""
        return (
            sighted.topic in self.topics
            and (not self.types or sighted.type in self.types)
            and (self.subject is None or sighted.subject == self.subject)
        )


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events in their order, the place behind each, and the one behind all that was looked at. `caught_up`: nothing
    published is behind that.
    """

    rows: Sequence[OutboxRow]
    places: Sequence[FeedPlace]
    next: FeedPlace
    caught_up: bool


class PlaceGone(Exception):
    """Nobody can tell what follows that place: what did was removed, or the store it was read from is lost. `oldest` is
    the place before the oldest event there is.
    """

    def __init__(self, oldest: FeedPlace) -> None:
        super().__init__("that place is gone")
        self.oldest = oldest


@dataclass(frozen=True, slots=True)
class Extent:
    """How far positions go, and behind which position each restore, by its number, gave them anew; a later restore has
    a higher number.
    """

    head: int
    restores: Mapping[int, int] = field(default_factory=dict)

    def at(self, position: int) -> FeedPlace:
        """The place behind that position."""
        return FeedPlace(position, max(self.restores, default=0))

    def standing(self, place: FeedPlace) -> FeedPlace | None:
        """Where a reader goes on who was at `place`; None when it is of a history that this store knows nothing of."""
        if place.restore not in {0, *self.restores}:
            return None
        parted = [position for restore, position in self.restores.items() if restore > place.restore]
        position = min([place.position, *parted])
        return self.at(position) if 0 <= position <= self.head else None


def for_reader(record: bytes, consumer: str | None) -> bytes:
    """The record as one consumer is shown it: of each sealed section only its own recipient entries are left."""
    if b'"recipients"' not in record:
        return record
    event: dict[str, Any] = orjson.loads(record)
    data = {name: _own(value, consumer) for name, value in event["data"].items()}
    return orjson.dumps({**event, "data": data})


def _own(value: Any, consumer: str | None) -> Any:
    match value:
        case {"ciphertext": _, "recipients": [*entries]}:
            return {**value, "recipients": [each for each in entries if _is_for(each, consumer)]}
        case _:
            return value


def _is_for(entry: Mapping[str, Any], consumer: str | None) -> bool:
    return consumer is not None and consumer_of(entry["header"]["kid"]) == consumer
