"""Parked records: what a consumer could not handle, kept in its own database until it is replayed or discarded.

Invariant: a record is parked in the same transaction as the block of its stream, so nothing behind it is handled
before it. The record is kept as it came; why it failed is a stable code, never the text of an exception.
"""

from collections.abc import Sequence
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
    """One record that waits. `stream` and `place` are None only when not even its key can be read."""

    id: str
    record: ConsumedRecord
    stream: str | None
    place: int | None
    """Where it stands in its stream: its sequence, or the number it must have when that cannot be read."""
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


class Parked(Protocol):
    """The parked records of one consumer. Within a unit of work all of this is part of its transaction."""

    async def add(self, parked: ParkedRecord) -> None:
        """Keeps a record; the caller has looked that its id is new."""

    async def find(self, parked_id: str) -> ParkedRecord | None:
        """One record, settled or not."""

    async def head(self, stream: str) -> ParkedRecord | None:
        """The first open record of a stream."""

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
