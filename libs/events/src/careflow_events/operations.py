"""What an operator may do about parked records. The worker carries replays out; everything here only needs the store.

Invariant: nothing is skipped silently. A record is discarded by name, at the head of its stream or beside it, and stays
readable; discarding what could not be read moves no position.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from careflow_events.handling import Stores, Transactions
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.positions import Position, PositionMoved, Standing, meeting

_OPEN: Final = (ParkedState.PARKED, ParkedState.REPLAY_REQUESTED)
LARGEST_PAGE: Final = 200


class NotParked(Exception):
    """No open record has this id, or no open record is left in this stream."""

    code = "not_parked"


class NotFirstInStream(Exception):
    """Records of one stream are settled in order: another one waits before this one."""

    code = "not_first_in_stream"


class NothingMissing(Exception):
    """Nothing is missing before this record: there is no gap to accept."""

    code = "nothing_missing"


class _Rehearsed(Exception):
    """Ends a unit of work before it writes, with what it would have answered."""

    def __init__(self, parked: ParkedRecord) -> None:
        super().__init__(parked.id)
        self.parked = parked


@dataclass(frozen=True, slots=True)
class ParkedOperations:
    """The operator's view of one consumer's parked records. `clock` is the wall clock. A rehearsal answers and refuses
    as the act itself would, and writes nothing.
    """

    stores: Stores
    transactions: Transactions
    clock: Callable[[], datetime]
    rehearsal: bool = False

    async def list(
        self, *, stream: str | None = None, cause: str | None = None, limit: int = 50, after: str | None = None
    ) -> Sequence[ParkedRecord]:
        """Open records by stream or cause, at most LARGEST_PAGE, continuing after the id `after`."""
        return await self.stores.parked.open_records(
            stream=stream, cause=cause, limit=min(limit, LARGEST_PAGE), after=after
        )

    async def show(self, parked_id: str) -> ParkedRecord:
        """One record, open or settled. Raises NotParked."""
        parked = await self.stores.parked.find(parked_id)
        if parked is None:
            raise NotParked
        return parked

    async def request_replay(self, stream: str) -> ParkedRecord:
        """Asks the worker to replay a stream from its first open record, which is answered. Raises NotParked, and
        NotFirstInStream where that record has a number another event was handled under: it has to be asked for by name.
        """

        async def request(_: Any) -> ParkedRecord:
            head = await self._head(stream)
            if await self._rivals_handled(head):
                raise NotFirstInStream
            return await self._request(head)

        return await self._act(request, "request_replay")

    async def request_replay_of(self, parked_id: str) -> ParkedRecord:
        """Asks for the replay of the stream this record waits in, or of the record alone when it has none. Raises
        NotParked.
        """
        parked = await self.show(parked_id)

        async def request(_: Any) -> ParkedRecord:
            head = parked if parked.stream is None else await self._head(parked.stream)
            # Whoever asks for another record of the stream has not said that this one is true.
            return await self._request(parked if await self._rivals_handled(head) else head)

        return await self._act(request, "request_replay")

    async def discard(self, parked_id: str) -> ParkedRecord:
        """Gives a record up: its stream goes on behind it. Raises NotParked, NotFirstInStream."""

        async def discard(_: Any) -> ParkedRecord:
            parked = await self.show(parked_id)
            if parked.state not in _OPEN:
                raise NotParked
            if parked.stream is not None:
                await self._pass(parked, parked.stream)
            at = self.clock()
            if not await self.stores.parked.change(parked.id, expecting=_OPEN, state=ParkedState.DISCARDED, at=at):
                raise PositionMoved
            return replace(parked, state=ParkedState.DISCARDED, settled_at=at)

        return await self._act(discard, "discard_parked")

    async def missing_before(self, parked_id: str) -> range | None:
        """The numbers that are missing before this record, which must be the first open one of its stream. Raises
        NotParked, NotFirstInStream.
        """
        parked = await self.show(parked_id)
        if parked.stream is None or parked.state not in _OPEN:
            raise NotParked
        if (await self._head(parked.stream)).id != parked.id:
            raise NotFirstInStream
        position = await self.stores.positions.find(parked.stream)
        if position is None or parked.place is None:
            return None
        before = await meeting(self.stores.positions, position, parked.stream, parked.place)
        return range((before.last or 0) + 1, parked.place) or None

    async def accept_gap(self, parked_id: str) -> ParkedRecord:
        """Declares that what is missing before this record will never come, and asks for the replay of what is there:
        the last resort, where the writer's outbox cannot be fed again. Raises NotParked, NotFirstInStream or
        NothingMissing.
        """

        async def accept(_: Any) -> ParkedRecord:
            missing = await self.missing_before(parked_id)
            if missing is None:
                raise NothingMissing
            parked = await self.show(parked_id)
            assert parked.stream is not None
            position = await self.stores.positions.find(parked.stream)
            if position is None or (position.last or 0) + 1 != missing.start:
                raise PositionMoved
            await self.stores.positions.replace(position, _past(position, missing))
            return await self._request(parked)

        return await self._act(accept, "accept_gap")

    async def resume(self) -> None:
        """Lets a stopped consumer go on."""

        async def resume(_: Any) -> None:
            await self.stores.consumers.resume()

        await self.transactions.run(resume, action="resume_consumer", event=None)

    async def _act(self, fn: Callable[[Any], Awaitable[ParkedRecord]], action: str) -> ParkedRecord:
        async def rehearse(tx: Any) -> ParkedRecord:
            raise _Rehearsed(await fn(tx))

        try:
            return await self.transactions.run(rehearse if self.rehearsal else fn, action=action, event=None)
        except _Rehearsed as rehearsed:
            return rehearsed.parked

    async def _pass(self, parked: ParkedRecord, stream: str) -> None:
        """Counts a discarded record as settled, and moves the position past it if it had the next number and no other
        event that waits has the same. Raises NotFirstInStream.
        """
        position = await self.stores.positions.find(stream)
        if position is None:
            raise PositionMoved
        passed = False
        if parked.place is not None:
            if (await self._head(stream)).place != parked.place:
                raise NotFirstInStream
            alone = len(await self.stores.parked.open_at(stream, parked.place)) == 1
            passed = alone and position.order(parked.place) is Standing.NEXT
        after = position.settling(parked.place if passed else None, parked.event_id)
        if passed and parked.place is not None:
            after = after.giving_up(parked.place, parked.place)
        await self.stores.positions.replace(position, after)

    async def _rivals_handled(self, parked: ParkedRecord) -> bool:
        """Whether another event was handled under this record's number."""
        if parked.cause != Standing.DIVERGED or parked.stream is None or parked.place is None:
            return False
        position = await self.stores.positions.find(parked.stream)
        return position is not None and parked.place <= (position.last or 0)

    async def _head(self, stream: str) -> ParkedRecord:
        head = await self.stores.parked.head(stream)
        if head is None:
            raise NotParked
        return head

    async def _request(self, parked: ParkedRecord) -> ParkedRecord:
        at = self.clock()
        requested = ParkedState.REPLAY_REQUESTED
        if not await self.stores.parked.change(parked.id, expecting=_OPEN, state=requested, at=at):
            raise NotParked
        return replace(parked, state=requested)


def _past(position: Position, missing: range) -> Position:
    """The position behind a gap that is given up."""
    return replace(position.giving_up(missing.start, missing[-1]), last=missing[-1], last_event_id=None)
