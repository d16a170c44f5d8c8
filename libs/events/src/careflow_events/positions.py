"""Positions: how far one consumer has come in each stream, and which streams are blocked for it.

Invariant: the position of a stream moves from n-1 to n in the transaction that handles event n, as its first write.
That one conditional write is deduplication, order, gap detection and block in one, and it never expires. While a stream
is blocked only a replay moves it; the block goes when everything parked behind it has been settled.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from careflow_events.outbox import StreamPosition


class Standing(StrEnum):
    """How an event stands to what this consumer has of its stream."""

    NEXT = "next"
    """It is the one awaited, or the first ever met: the position has moved, handle it."""
    DUPLICATE = "duplicate"
    DIVERGED = "diverged"
    """Another event has the same number: the writer's history was changed."""
    GAP = "gap"
    """Events between the last and this one have not arrived."""
    BLOCKED = "blocked"


class PositionMoved(Exception):
    """Somebody else moved this position meanwhile: start over."""

    code = "position_moved"


@dataclass(frozen=True, slots=True)
class Block:
    """Why a stream waits, and how much waits."""

    cause: str
    since: datetime
    parked: int
    settled: int
    top: int
    """The highest place parked so far."""


@dataclass(frozen=True, slots=True)
class Position:
    """One consumer's place in one stream. `last` is None while not even a first number is known."""

    stream: str
    last: int | None
    last_event_id: str | None = None
    block: Block | None = None

    def standing(self, sequence: int, event_id: str) -> Standing:
        """How event `sequence` stands, whether the stream is blocked or not."""
        if self.last is not None and sequence <= self.last:
            same = sequence < self.last or self.last_event_id in {None, event_id}
            return Standing.DUPLICATE if same else Standing.DIVERGED
        if self.block is not None:
            return Standing.BLOCKED
        return self.order(sequence)

    def order(self, sequence: int) -> Standing:
        """How an event that this position has not reached stands, blocks aside."""
        return Standing.NEXT if self.last is None or sequence == self.last + 1 else Standing.GAP

    def fills_gap(self, sequence: int | None) -> bool:
        """Whether this is the event a gap has been waiting for."""
        return (
            self.block is not None
            and self.block.cause == Standing.GAP
            and sequence is not None
            and self.order(sequence) is Standing.NEXT
        )

    def parking(self, sequence: int | None, cause: str, at: datetime) -> tuple[Self, int]:
        """The position with one more record parked, and the place of that record in the stream. A record whose
        sequence cannot be read stands right after what was there before it.
        """
        if self.block is None:
            place = sequence if sequence is not None else 0 if self.last is None else self.last + 1
            return replace(self, block=Block(cause, at, parked=1, settled=0, top=place)), place
        place = sequence if sequence is not None else self.block.top + 1
        block = replace(self.block, parked=self.block.parked + 1, top=max(self.block.top, place))
        return replace(self, block=block), place

    def settling(self, place: int | None, event_id: str | None) -> Self:
        """The position after the parked record at `place` was replayed or discarded; with the last of them the block
        goes. Without a place the position stays where it is.
        """
        if self.block is None:
            raise PositionMoved
        block = replace(self.block, settled=self.block.settled + 1)
        ahead = place is not None and place > (self.last or 0)
        return replace(
            self,
            last=place if ahead else self.last,
            last_event_id=event_id if ahead else self.last_event_id,
            block=None if block.settled == block.parked else block,
        )


class Positions(Protocol):
    """The positions of one consumer. Within a unit of work all of this is part of its transaction."""

    async def advance(self, stream: str, sequence: int, event_id: str) -> Standing:
        """Moves the position to `sequence` if that is the next one or the first ever met, else says how it stands and
        writes nothing.
        """

    async def find(self, stream: str) -> Position | None:
        """Where this consumer stands in the stream."""

    async def replace(self, before: Position | None, after: Position) -> None:
        """Writes `after` over `before`. Raises PositionMoved when `before` is not what is stored."""

    async def met_before(self, source: str, event_id: str) -> bool:
        """For events without a sequence: whether this one was handled already; if not, notes that it is now."""

    async def reached(self, position: StreamPosition) -> bool:
        """Whether everything up to this position has been handled."""

    async def blocked(self, subject: str) -> bool:
        """Whether any stream of this subject is blocked: then this service's record of it is incomplete."""

    async def blocked_streams(self) -> int:
        """How many streams are blocked."""
