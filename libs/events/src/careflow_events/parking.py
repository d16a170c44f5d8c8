"""Parking: putting a record aside together with the block of its stream, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
        """Parks the record in the surrounding transaction. Answers False, and writes nothing, when it was settled or
        parked before.
        """
        stream = record.stream() if event is None or event.stream is None else event.stream
        sequence = None if event is None else event.sequence
        parked_id = _id(record, stream, sequence)
        if await self.parked.find(parked_id) is not None:
            return False
        place = None
        late = False
        if stream is not None:
            position = await self.positions.find(stream)
            before = position or Position(stream, None)
            if event is not None and sequence is not None and before.standing(sequence, event.id) is Standing.DUPLICATE:
                return False
            late = before.fills_gap(sequence)
            after, place = before.parking(sequence, cause, self.clock())
            await self.positions.replace(position, after)
        await self.parked.add(
            ParkedRecord(
                id=parked_id,
                record=record,
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


def _id(record: ConsumedRecord, stream: str | None, sequence: int | None) -> str:
    """A relay may send one event twice, so a numbered event is known by its number and all else by where it stood."""
    if stream is not None and sequence is not None:
        return str(StreamPosition(stream, sequence))
    return f"{record.topic}/{record.partition}@{record.offset}"
