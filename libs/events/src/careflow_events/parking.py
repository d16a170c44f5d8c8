"""Parking: putting a record aside together with the block of its stream, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from careflow_events.admission import LARGEST_RECORD
from careflow_events.consumed import ConsumedRecord
from careflow_events.envelope import Envelope
from careflow_events.outbox import StreamPosition
from careflow_events.parked import Parked, ParkedRecord, ParkedState
from careflow_events.positions import Position, Positions, Standing


@dataclass(frozen=True, slots=True)
class Parking:
    """Parks records of one consumer. `clock` is the wall clock: parked records are the operators' business."""

    positions: Positions
    parked: Parked
    clock: Callable[[], datetime]

    async def park(
        self,
        record: ConsumedRecord,
        event: Envelope | None,
        *,
        cause: str,
        attempts: int,
        applied_early: bool = False,
    ) -> bool:
        """Parks the record in the surrounding transaction; `event` is its envelope if its number may be believed.
        Answers False, and writes nothing, when it was settled or parked before.
        """
        stream, place = record.stream(), None if event is None else event.sequence
        parked_id = _id(record, event)
        if await self.parked.find(parked_id) is not None:
            return False
        late = False
        if stream is not None:
            stored = await self.positions.find(stream)
            position = stored or Position(stream, None)
            if event is not None and place is not None:
                if position.standing(place, event.id) is Standing.DUPLICATE:
                    return False
                waiting = await self.parked.open_at(stream, place)
                if any(each.event_id == event.id for each in waiting):
                    return False  # it waited beside its stream and was put in its place
                if waiting:
                    cause = Standing.DIVERGED
                late = cause == Standing.BLOCKED and await self._fills_gap(position, place)
            await self.positions.replace(stored, position.parking(cause, self.clock()))
        await self.parked.add(
            ParkedRecord(
                id=parked_id,
                record=_kept(record),
                stream=stream,
                place=place,
                event_id=None if event is None else event.id,
                event_type=None if event is None else event.type,
                cause=cause,
                attempts=attempts,
                applied_early=applied_early,
                first_failed_at=self.clock(),
                state=ParkedState.REPLAY_REQUESTED if late else ParkedState.PARKED,
            )
        )
        return True

    async def _fills_gap(self, position: Position, place: int) -> bool:
        """Whether this is the event all that is parked has been waiting for."""
        head = await self.parked.head(position.stream)
        waited_for = head is not None and head.place is not None and head.place > place
        return waited_for and position.order(place) is Standing.NEXT


def _id(record: ConsumedRecord, event: Envelope | None) -> str:
    """A relay may send one event twice, so an event is known by its number and id, and all else by where it stood."""
    if event is None or event.stream is None or event.sequence is None:
        return record.identity()
    return f"{StreamPosition(event.stream, event.sequence)}#{event.id}"


def _kept(record: ConsumedRecord) -> ConsumedRecord:
    """The record as it came; what is larger than any event of ours is only told of by where it stands."""
    if record.size <= LARGEST_RECORD:
        return record
    return replace(record, key=None if record.stream() is None else record.key, value=None, headers=())
