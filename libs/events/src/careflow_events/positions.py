"""Positions: how far one consumer has come in each stream, and which streams are blocked for it.

Invariant: the position of a stream moves from n-1 to n, beginning with 0, in the transaction that handles event n, as
its first write. That one conditional write is deduplication, order, gap detection and block in one, and it never
expires. While a stream is blocked only a replay moves it; the block goes when everything parked behind it has been
settled.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from careflow_events.outbox import StreamPosition


class Standing(StrEnum):
    """How an event stands to what this consumer has of its stream."""

    NEXT = "next"
    """It is the one awaited: the position has moved, handle it."""
    DUPLICATE = "duplicate"
    DIVERGED = "diverged"
    """Another event has the same number: the writer's history was changed, or somebody else wrote one of the two."""
    GAP = "gap"
    """Events between the last and this one, or before the first ever met, have not arrived."""
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


@dataclass(frozen=True, slots=True)
class Position:
    """One consumer's place in one stream. `last` is None until the first event was handled or given up."""

    stream: str
    last: int | None
    last_event_id: str | None = None
    block: Block | None = None
    given_up: tuple[tuple[int, int], ...] = ()
    """The numbers, each from its first to its last, that an operator passed over: nothing of theirs was handled."""

    def giving_up(self, first: int, last: int) -> Self:
        """The position, which does not move by this, with these numbers given up."""
        return replace(self, given_up=(*self.given_up, (first, last)))

    def handling(self, sequence: int, event_id: str) -> Self:
        """The position once its next event was taken."""
        return replace(self, last=sequence, last_event_id=event_id)

    def has_given_up(self, sequence: int) -> bool:
        """Whether this number was passed over without being handled."""
        return any(first <= sequence <= last for first, last in self.given_up)

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
        return Standing.NEXT if sequence == (self.last or 0) + 1 else Standing.GAP

    def parking(self, cause: str, at: datetime) -> Self:
        """The position with one more record parked."""
        block = self.block or Block(cause, at, parked=0, settled=0)
        return replace(self, block=replace(block, parked=block.parked + 1))

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
        """Moves the position to `sequence` if that is the next one, else says how it stands and writes nothing."""

    async def find(self, stream: str) -> Position | None:
        """Where this consumer stands in the stream."""

    async def replace(self, before: Position | None, after: Position) -> None:
        """Writes `after` over `before`. Raises PositionMoved when `before` is not what is stored."""

    async def began_within(self, topic: str) -> bool:
        """Whether an operator had this consumer begin in the middle of the topic."""

    async def reached(self, position: StreamPosition) -> bool:
        """Whether everything up to this position has been handled."""

    async def blocked(self, subject: str) -> bool:
        """Whether any stream of this subject is blocked: then this service's record of it is incomplete."""

    async def blocked_streams(self) -> int:
        """How many streams are blocked."""


async def meeting(positions: Positions, found: Position | None, stream: str, sequence: int) -> Position:
    """Where a consumer stands that meets this event of a stream: as was `found`, or, where it has met none of the
    stream and began in the middle of its topic, just before it. What lies before that was given up with the beginning.
    """
    position = found or Position(stream, None)
    if position.last is not None or sequence == 1 or not await positions.began_within(stream.partition("/")[0]):
        return position
    return replace(position, last=sequence - 1).giving_up(1, sequence - 1)
