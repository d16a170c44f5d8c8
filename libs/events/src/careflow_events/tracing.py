"""Where an event is: what its writer has of it, and how one consumer stands to it. Names, numbers and times only.

Invariant: `done` is said of nothing that was passed over, parked or given up, and of nobody who was erased. How often
an event came is not known: one that comes again has no effect and leaves no trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.positions import Position, Standing
from careflow_events.producing import Place


class Stage(StrEnum):
    """How a consumer stands to one event. These codes are stable."""

    NOT_HEARD = "not_heard"
    """It does not hear the topic."""
    LAGGING = "lagging"
    """It has not come to it yet."""
    PARKED = "parked"
    """It could not be handled, or waits behind one that could not."""
    DONE = "done"
    ERASED = "erased"
    """Its place was passed, and whom it is about is erased here: what it did is gone, or it did nothing."""
    PASSED_OVER = "passed_over"
    """Its place in the stream was passed; this consumer does nothing for its type."""
    DISCARDED = "discarded"
    """An operator gave it up after it was parked."""
    GIVEN_UP = "given_up"
    """An operator let the stream go on without it."""
    DIVERGED = "diverged"
    """Another event was handled under its number."""


_STAGES: Final[Mapping[ParkedState, Stage]] = {
    ParkedState.REPLAYED: Stage.DONE,
    ParkedState.DISCARDED: Stage.DISCARDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One event as its writer's outbox has it."""

    id: str
    type: str
    stream: str
    sequence: int
    recorded_at: datetime
    published_at: datetime | None
    place: Place | None
    """Where its topic got it, as far as the broker said so when it was published first."""
    correlation: str | None
    causation: str | None
    orphan: bool
    """A restored service has forgotten what it said here."""


@dataclass(frozen=True, slots=True)
class Hears:
    """What a consumer hears: its topics, and the types it does something for."""

    topics: frozenset[str]
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Followed:
    """An event one asks a consumer about."""

    id: str
    type: str
    stream: str
    sequence: int

    @property
    def topic(self) -> str:
        return self.stream.partition("/")[0]

    @property
    def subject(self) -> str:
        """Whom it is about."""
        return self.stream.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Standpoint:
    """How a consumer stands to one event; `parked` is the record of it that says so, if one does."""

    stage: Stage
    parked: ParkedRecord | None = None


def standpoint(
    event: Followed, position: Position, parked: Sequence[ParkedRecord], hears: Hears, *, erased: bool
) -> Standpoint:
    """How a consumer that hears `hears`, stands there in the event's stream and keeps these records of the event
    stands to it. `erased`: whom the event is about is erased at this consumer.
    """
    stage, record = _standing(event, position, parked, hears)
    return Standpoint(Stage.ERASED if erased and stage is Stage.DONE else stage, record)


def _standing(
    event: Followed, position: Position, parked: Sequence[ParkedRecord], hears: Hears
) -> tuple[Stage, ParkedRecord | None]:
    if event.topic not in hears.topics:
        return Stage.NOT_HEARD, None
    if parked:
        record = max(parked, key=_latest)
        return _STAGES.get(record.state, Stage.PARKED), record
    if position.last is None or position.last < event.sequence:
        return Stage.LAGGING, None
    if position.has_given_up(event.sequence):
        return Stage.GIVEN_UP, None
    if position.standing(event.sequence, event.id) is Standing.DIVERGED:
        return Stage.DIVERGED, None
    return (Stage.DONE if event.type in hears.types else Stage.PASSED_OVER), None


def _latest(parked: ParkedRecord) -> tuple[bool, float]:
    """What is open comes last, then what was settled last."""
    return parked.settled_at is None, 0.0 if parked.settled_at is None else parked.settled_at.timestamp()
