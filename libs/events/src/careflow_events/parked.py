"""Parked records: what a consumer could not handle, kept in its own database until it is replayed or discarded.

Invariant: a record is parked in the same transaction as the block of its stream, so nothing behind it is handled
before it. The record is kept as it came; why it failed is a stable code, never the text of an exception.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from careflow_events.consumed import ConsumedRecord


class ParkedState(StrEnum):
    """What has become of a parked record."""

    PARKED = "parked"
    REPLAY_REQUESTED = "replay_requested"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRecord:
    """One record that waits. `stream` is None when not even its key can be read."""

    id: str
    record: ConsumedRecord
    stream: str | None
    place: int | None
    """Its sequence, if that may be believed. What has none is beside its stream and not in it: it holds the stream up
    until it is settled, and settling it moves no position.
    """
    event_id: str | None
    event_type: str | None
    cause: str
    """A stable code; `gap`, `blocked` and `diverged` are followers or order faults, all others are errors."""
    attempts: int
    applied_early: bool
    """It only restricts, so it was applied although its stream is blocked."""
    first_failed_at: datetime
    state: ParkedState = ParkedState.PARKED
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedGroup:
    """Open records of one cause and type, between when the first and the last of them failed; `requested` of them are
    asked to be replayed.
    """

    cause: str
    event_type: str | None
    count: int
    requested: int
    first_failed_at: datetime
    last_failed_at: datetime


def most_first(groups: Iterable[ParkedGroup]) -> list[ParkedGroup]:
    """In the order they are shown in."""
    return sorted(groups, key=lambda each: (-each.count, each.cause, each.event_type or ""))


class Parked(Protocol):
    """The parked records of one consumer. Within a unit of work all of this is part of its transaction."""

    async def add(self, parked: ParkedRecord) -> None:
        """Keeps a record; the caller has looked that its id is new."""

    async def find(self, parked_id: str) -> ParkedRecord | None:
        """One record, settled or not."""

    async def head(self, stream: str) -> ParkedRecord | None:
        """The first open record of a stream: what has no place comes before what has one."""

    async def open_at(self, stream: str, place: int) -> Sequence[ParkedRecord]:
        """The open records of one place: more than one when events of different ids have the same number."""

    async def put_in_place(self, parked_id: str, place: int, event_id: str) -> None:
        """Gives an open record the place it turned out to have."""

    async def open_records(
        self, *, stream: str | None, cause: str | None, limit: int, after: str | None
    ) -> Sequence[ParkedRecord]:
        """Open records, oldest id first, starting after the id `after`."""

    async def requested(self) -> Sequence[ParkedRecord]:
        """Records whose replay is requested."""

    async def change(
        self,
        parked_id: str,
        *,
        expecting: Sequence[ParkedState],
        state: ParkedState,
        at: datetime,
        cause: str | None = None,
    ) -> bool:
        """Changes the state of a record that is in one of the expected states; a new cause counts as one more
        attempt. Answers whether it was changed.
        """

    async def open_count(self) -> int:
        """How many records wait."""

    async def groups(self) -> Sequence[ParkedGroup]:
        """Open records by cause and type, most of them first."""
