"""Replay: parked records are handled again, in order, by the consumer that parked them, inside its worker.

Invariant: a replay moves the position exactly as the event itself would have; it starts at the first open record of a
stream and stops at the first that fails. Nothing is published to the topic again.
"""

import logging
from collections.abc import Sequence
from typing import Any

from careflow_events import metrics
from careflow_events.envelope import Envelope, EnvelopeFault, MalformedEnvelope
from careflow_events.faults import Fault, FaultOf
from careflow_events.handling import Handling
from careflow_events.operations import LARGEST_PAGE
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.positions import PositionMoved, Standing, meeting
from careflow_events.sealing import KeyMissing

_OPEN = (ParkedState.PARKED, ParkedState.REPLAY_REQUESTED)

_log = logging.getLogger(__name__)


class OutOfOrder(Exception):
    """The record cannot be replayed where its stream stands."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.value)
        self.standing = standing


class Replay:
    """Carries out the replays that operators, or the arrival of a missing event, have requested."""

    def __init__(self, handling: Handling[Any], *, fault_of: FaultOf) -> None:
        self._handling = handling
        self._positions = handling.stores.positions
        self._parked = handling.stores.parked
        self._fault_of = fault_of
        self._keys_are_new = True

    async def run_requested(self) -> int:
        """Replays every stream with a requested record; answers how many records were handled. Raises what is
        transient: the requests stay.
        """
        if self._keys_are_new:
            await self._request_what_waits_for_a_key()
            self._keys_are_new = False
        done = 0
        for requested in await self._parked.requested():
            if requested.stream is None:
                done += await self._replay(requested)
                continue
            while (head := await self._parked.head(requested.stream)) is not None:
                if head.place is None and await self._put_in_place(head):
                    continue
                if not await self._replay(head):
                    await self._withdraw(requested)
                    break
                done += 1
        return done

    async def _request_what_waits_for_a_key(self) -> None:
        """A process reads its keys when it starts: what could not be opened before may be opened now."""
        after: str | None = None
        while waiting := await self._parked.open_records(
            stream=None, cause=KeyMissing.code, limit=LARGEST_PAGE, after=after
        ):
            for parked in waiting:
                await self._change(parked.id, ParkedState.REPLAY_REQUESTED, expecting=_OPEN, cause=None)
            after = waiting[-1].id

    async def _put_in_place(self, parked: ParkedRecord) -> bool:
        """Whether a record whose number could not be believed can be now: it is replayed when its turn comes."""
        try:
            event = self._handling.understood(parked.record)
        except MalformedEnvelope:
            return False

        async def put(_: Any) -> None:
            assert event.sequence is not None
            await self._parked.put_in_place(parked.id, event.sequence, event.id)

        await self._handling.note(put, action="replay_begins")
        return True

    async def _replay(self, parked: ParkedRecord) -> bool:
        try:
            event = self._handling.understood(parked.record)

            async def handle(tx: Any) -> None:
                if await self._settle_in_order(parked, event):
                    await self._handling.react(event, tx)

            await self._handling.run(handle, event)
        except OutOfOrder as error:
            return await self._failed(parked, error.standing)
        except Exception as error:
            diagnosis = self._fault_of(error)
            if diagnosis.fault is Fault.TRANSIENT:
                raise
            return await self._failed(parked, diagnosis.code)
        metrics.EVENTS_REPLAYED.inc()
        _log.info("event_replayed", extra={"stream": parked.stream, "event_id": event.id})
        return True

    async def _settle_in_order(self, parked: ParkedRecord, event: Envelope) -> bool:
        """Moves the position and closes the parked record. Answers False when the event had been handled already."""
        assert event.stream is not None
        assert event.sequence is not None
        ahead = (
            await self._settle_alone(event.stream, event.sequence, event.id)
            if parked.stream is None
            else await self._settle_in_stream(parked, event.stream, event.sequence, event.id)
        )
        if not await self._parked.change(
            parked.id, expecting=_OPEN, state=ParkedState.REPLAYED, at=self._handling.wall_clock()
        ):
            raise PositionMoved
        return ahead

    async def _settle_alone(self, stream: str, place: int, event_id: str) -> bool:
        standing = await self._positions.advance(stream, place, event_id)
        if standing not in {Standing.NEXT, Standing.DUPLICATE}:
            raise OutOfOrder(standing)
        return standing is Standing.NEXT

    async def _settle_in_stream(self, parked: ParkedRecord, stream: str, place: int, event_id: str) -> bool:
        """Of two events with one number only an operator can tell which is true: the other one has to be discarded
        first, or, if it was handled, the replay of this one be asked for by name.
        """
        position = await self._positions.find(stream)
        if position is None:
            raise PositionMoved
        rivals = [each for each in await self._parked.open_at(stream, place) if each.id != parked.id]
        ahead = place > (position.last or 0)
        diverged = parked.cause == Standing.DIVERGED and not ahead
        if rivals or (diverged and parked.state is not ParkedState.REPLAY_REQUESTED):
            raise OutOfOrder(Standing.DIVERGED)
        before = await meeting(self._positions, position, stream, place)
        if ahead and before.order(place) is Standing.GAP:
            raise OutOfOrder(Standing.GAP)
        await self._positions.replace(position, before.settling(place, event_id))
        return ahead or diverged

    async def _failed(self, parked: ParkedRecord, cause: str) -> bool:
        _log.warning("replay_failed", extra={"stream": parked.stream, "reason": cause})
        lasting = parked.cause in {Standing.DIVERGED, EnvelopeFault.TOO_LARGE}  # it is not known from the record alone
        await self._change(parked.id, ParkedState.PARKED, expecting=_OPEN, cause=parked.cause if lasting else cause)
        return False

    async def _withdraw(self, requested: ParkedRecord) -> None:
        await self._change(requested.id, ParkedState.PARKED, expecting=(ParkedState.REPLAY_REQUESTED,), cause=None)

    async def _change(
        self, parked_id: str, state: ParkedState, *, expecting: Sequence[ParkedState], cause: str | None
    ) -> None:
        async def change(_: Any) -> None:
            await self._parked.change(
                parked_id, expecting=expecting, state=state, at=self._handling.wall_clock(), cause=cause
            )

        await self._handling.note(change, action="replay_ended" if state is ParkedState.PARKED else "request_replay")
