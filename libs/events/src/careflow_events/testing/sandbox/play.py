"""All events of all patients in the order in which they are said, with what goes wrong on request."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Final

from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.envelope import Envelope
from careflow_events.publication import Publication, compose, subject_of
from careflow_events.sealing import Sealer
from careflow_events.testing.example import id_at
from careflow_events.testing.sandbox.keys import sealer
from careflow_events.testing.sandbox.patients import Patient
from careflow_events.topics import Topic

AGAIN: Final = 3
"""As many records of a stream come again at once, as after a relay that did not hear that they were stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be played. `repeats` and `gaps` are in a hundred events; with `rotate` every consumer gets another
    key half-way, and the first one is retired after three quarters.
    """

    patients: int
    seed: int = 1
    repeats: int = 0
    gaps: int = 0
    rotate: bool = False


_ROTATION: Final[Sequence[tuple[int, ...]]] = ((1,), (1, 2), (2,))
"""Which keys of a consumer count: before, while one follows the other, after."""


class Act(StrEnum):
    """What is done with an event."""

    SAY = "said"
    REPEAT = "said again"
    LOSE = "left out"


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and what is done with it."""

    act: Act
    event: Envelope


def play(plan: Plan) -> Iterator[Step]:
    """Every step, in order. A stream loses neither its first event nor its last: nobody could see that."""
    found = _in_order(plan)
    length = Counter(stream for _, _, stream in found)
    drawn = Random(f"careflow:sandbox/{plan.seed}/faults")  # noqa: S311 - the same for the same seed, and no secret
    sealers = {keys: sealer(plan.seed, keys) for keys in _ROTATION}
    sequence: Counter[str] = Counter()
    of_patient: dict[str, list[Envelope]] = defaultdict(list)
    in_stream: dict[str, list[Envelope]] = defaultdict(list)
    for number, (time, data, stream) in enumerate(found):
        sequence[stream] += 1
        earlier, before = of_patient[subject_of(data)], in_stream[stream]
        event = _event(data, time, sequence[stream], sealers[_keys(plan, number, len(found))], cause=earlier)
        earlier.append(event)
        loses, repeats = drawn.randrange(100) < plan.gaps, drawn.randrange(100) < plan.repeats
        if loses and 1 < sequence[stream] < length[stream]:
            yield Step(Act.LOSE, event)
            continue
        yield Step(Act.SAY, event)
        before.append(event)
        if repeats:
            yield from (Step(Act.REPEAT, each) for each in before[-AGAIN:])


def checkpoint(topic: Topic, partition: int, as_of: datetime) -> Envelope:
    """What the writer of a topic says to one of its partitions: all that was recorded before has been said."""
    return Envelope(
        id=id_at(f"sandbox/checkpoint/{topic.name}/{partition}", as_of),
        source=f"/careflow/{topic.service}",
        type=FeedCheckpoint.type(),
        time=as_of,
        dataschema=FeedCheckpoint.schema_id(),
        dataclassification=topic.classification.value,
        data=FeedCheckpoint(as_of=as_of).model_dump(mode="json"),
    )


def _in_order(plan: Plan) -> list[tuple[datetime, EventData, str]]:
    everything = (
        (time, data, data.topic.stream(subject_of(data)))
        for number in range(1, plan.patients + 1)
        for time, data in Patient(number, plan.seed).events()
    )
    return sorted(everything, key=lambda each: each[0])


def _keys(plan: Plan, number: int, of: int) -> tuple[int, ...]:
    """Which keys of a consumer count for the event of that number."""
    if not plan.rotate or 2 * number < of:
        return _ROTATION[0]
    return _ROTATION[1] if 4 * number < 3 * of else _ROTATION[2]


def _event(data: EventData, time: datetime, sequence: int, by: Sealer, *, cause: Sequence[Envelope]) -> Envelope:
    subject = subject_of(data)
    return compose(
        Publication(subject=subject, data=data, time=time),
        id=id_at(f"sandbox/{data.topic.stream(subject)}/{sequence}", time),
        sequence=sequence,
        now=time,
        causation=cause[-1].id if cause else None,
        correlation=cause[0].id if cause else None,
        traceparent=None,
        sealer=by,
    )
