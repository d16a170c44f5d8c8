"""Replay: parked records are handled again, in order, by the consumer that parked them, inside its worker.

Invariant: a replay moves the position exactly as the event itself would have; it starts at the first open record of a
stream and stops at the first that fails. Nothing is published to the topic again.
"""

import logging
from collections.abc import Sequence
from typing import Any

from careflow_events import metrics
from careflow_events.envelope import Envelope
from careflow_events.faults import Fault, FaultOf
from careflow_events.handling import Handling, understood
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.positions import PositionMoved, Standing

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

    async def run_requested(self) -> int:
        """Replays every stream with a requested record; answers how many records were handled. Raises what is
        transient: the requests stay.
        """
        done = 0
        for requested in await self._parked.requested():
            if requested.stream is None:
                done += await self._replay(requested)
                continue
            while (head := await self._parked.head(requested.stream)) is not None:
                if not await self._replay(head):
                    await self._withdraw(requested)
                    break
                done += 1
        return done

    async def _replay(self, parked: ParkedRecord) -> bool:
        try:
            event = understood(parked.record)

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
        ahead = True
        if parked.stream is not None:
            place = event.sequence if event.sequence is not None else parked.place
            position = await self._positions.find(parked.stream)
            if position is None or place is None:
                raise PositionMoved
            ahead = position.last is None or place > position.last
            if parked.cause == Standing.DIVERGED:
                raise OutOfOrder(Standing.DIVERGED)
            if ahead and position.order(place) is Standing.GAP:
                raise OutOfOrder(Standing.GAP)
            await self._positions.replace(position, position.settling(place, event.id))
        if not await self._parked.change(
            parked.id, expecting=_OPEN, state=ParkedState.REPLAYED, at=self._handling.clock()
        ):
            raise PositionMoved
        return ahead

    async def _failed(self, parked: ParkedRecord, cause: str) -> bool:
        _log.warning("replay_failed", extra={"stream": parked.stream, "reason": cause})
        await self._back_to_waiting(parked.id, expecting=_OPEN, cause=cause)
        return False

    async def _withdraw(self, requested: ParkedRecord) -> None:
        await self._back_to_waiting(requested.id, expecting=(ParkedState.REPLAY_REQUESTED,), cause=None)

    async def _back_to_waiting(self, parked_id: str, *, expecting: Sequence[ParkedState], cause: str | None) -> None:
        async def change(_: Any) -> None:
            await self._parked.change(
                parked_id, expecting=expecting, state=ParkedState.PARKED, at=self._handling.clock(), cause=cause
            )

        await self._handling.note(change, action="replay_ended")
