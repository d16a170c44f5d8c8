"""What an operator may do about parked records. The worker carries replays out; everything here only needs the store.

Invariant: nothing is skipped silently. A record is discarded by name, at the head of its stream, and stays readable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from careflow_events.handling import Stores, Transactions
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.positions import PositionMoved, Standing

_OPEN: Final = (ParkedState.PARKED, ParkedState.REPLAY_REQUESTED)
LARGEST_PAGE: Final = 200


class NotParked(Exception):
    """No open record has this id, or no open record is left in this stream."""

    code = "not_parked"


class NotFirstInStream(Exception):
    """Records of one stream are settled in order: another one waits before this one."""

    code = "not_first_in_stream"


@dataclass(frozen=True, slots=True)
class ParkedOperations:
    """The operator's view of one consumer's parked records. `clock` is the wall clock."""

    stores: Stores
    transactions: Transactions
    clock: Callable[[], datetime]

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
        """Asks the worker to replay a stream from its first open record, which is answered. Raises NotParked."""

        async def request(_: Any) -> ParkedRecord:
            return await self._request(await self._head(stream))

        return await self.transactions.run(request, action="request_replay", event=None)

    async def request_replay_of(self, parked_id: str) -> ParkedRecord:
        """Asks for the replay of the stream this record waits in, or of the record alone when it has none. Raises
        NotParked.
        """
        parked = await self.show(parked_id)
        if parked.stream is not None:
            return await self.request_replay(parked.stream)

        async def request(_: Any) -> ParkedRecord:
            return await self._request(parked)

        return await self.transactions.run(request, action="request_replay", event=None)

    async def discard(self, parked_id: str) -> ParkedRecord:
        """Gives a record up: its stream goes on behind it. Raises NotParked, NotFirstInStream."""

        async def discard(_: Any) -> ParkedRecord:
            parked = await self.show(parked_id)
            if parked.state not in _OPEN:
                raise NotParked
            if parked.stream is not None and (await self._head(parked.stream)).id != parked.id:
                raise NotFirstInStream
            at = self.clock()
            if not await self.stores.parked.change(parked.id, expecting=_OPEN, state=ParkedState.DISCARDED, at=at):
                raise PositionMoved
            if parked.stream is not None:
                await self._pass(parked, parked.stream)
            return replace(parked, state=ParkedState.DISCARDED, settled_at=at)

        return await self.transactions.run(discard, action="discard_parked", event=None)

    async def accept_gap(self, stream: str) -> ParkedRecord:
        """Declares that what is missing before the first open record will never come, and asks for the replay of what
        is there. Raises NotParked.
        """

        async def accept(_: Any) -> ParkedRecord:
            head = await self._head(stream)
            position = await self.stores.positions.find(stream)
            if position is None or head.place is None:
                raise PositionMoved
            if position.last is None or head.place > position.last:
                await self.stores.positions.replace(position, replace(position, last=head.place - 1))
            return await self._request(head)

        return await self.transactions.run(accept, action="accept_gap", event=None)

    async def accept_gap_before(self, parked_id: str) -> ParkedRecord:
        """`accept_gap` for the stream of this record, which must be its first open one. Raises NotParked or
        NotFirstInStream.
        """
        parked = await self.show(parked_id)
        if parked.stream is None:
            raise NotParked
        if (await self._head(parked.stream)).id != parked.id:
            raise NotFirstInStream
        return await self.accept_gap(parked.stream)

    async def resume(self) -> None:
        """Lets a stopped consumer go on."""

        async def resume(_: Any) -> None:
            await self.stores.consumers.resume()

        await self.transactions.run(resume, action="resume_consumer", event=None)

    async def _pass(self, parked: ParkedRecord, stream: str) -> None:
        """Moves the position past a discarded record, but neither past what is missing before it nor past another one
        that waits at the same place: then what was discarded was not the event of that place.
        """
        position = await self.stores.positions.find(stream)
        if position is None or parked.place is None:
            raise PositionMoved
        behind = await self.stores.parked.head(stream)
        taken = behind is not None and behind.place == parked.place
        in_order = position.order(parked.place) is Standing.NEXT
        after = position.settling(parked.place if in_order and not taken else None, parked.event_id)
        await self.stores.positions.replace(position, after)

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
