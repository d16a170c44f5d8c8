"""How a consumer stands to an event: `done` only of what it has done, whatever an operator has decided since."""

import pytest

from careflow_events import contracts
from careflow_events.consumed import ConsumedRecord
from careflow_events.envelope import Envelope
from careflow_events.parked import ParkedRecord
from careflow_events.positions import Position
from careflow_events.testing.builders import NOON, a_record, an_event, an_id
from careflow_events.testing.consuming import Consumer, Failures
from careflow_events.tracing import Followed, Hears, Stage, standpoint

TOPIC = "careflow.screening.v1"
STREAM = f"{TOPIC}/patient:{an_id(1)}"
HEARS = Hears(frozenset({TOPIC}), frozenset({contracts.ClearanceExtended.type(), contracts.ClearanceRevoked.type()}))


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def records(*sequences: int) -> list[ConsumedRecord]:
    return [a_record(an_event(sequence)) for sequence in sequences]


async def kept(consumer: Consumer) -> list[ParkedRecord]:
    """Every record it ever parked."""
    return list(consumer.store.tables["parked"].values())


async def stage(consumer: Consumer, event: Envelope, *, erased: bool = False) -> Stage:
    assert event.stream is not None
    assert event.sequence is not None
    position = await consumer.position(event.stream) or Position(event.stream, None)
    parked = [each for each in await kept(consumer) if each.event_id == event.id]
    followed = Followed(event.id, event.type, event.stream, event.sequence)
    return standpoint(followed, position, parked, HEARS, erased=erased).stage


async def stages(consumer: Consumer, *sequences: int) -> list[Stage]:
    return [await stage(consumer, an_event(sequence)) for sequence in sequences]


async def test_what_was_handled_is_done_and_what_comes_next_is_not_there_yet(consumer: Consumer) -> None:
    assert await stages(consumer, 1) == [Stage.LAGGING], "it never read anything"

    await consumer.receives(*records(1, 2, 2))

    assert await stages(consumer, 1, 2, 3) == [Stage.DONE, Stage.DONE, Stage.LAGGING]


async def test_a_topic_that_is_not_heard_and_a_type_that_is_passed_over(consumer: Consumer) -> None:
    other = an_event(1, contracts.ScreeningStarted(patient_id=an_id(1), case_id=an_id(3), started_at=NOON))
    await consumer.receives(a_record(other))

    assert await stage(consumer, other) is Stage.PASSED_OVER
    assert await stage(consumer, an_event(1, topic="careflow.billing.v1")) is Stage.NOT_HEARD


async def test_nothing_of_somebody_who_was_erased_is_done_and_all_else_is_told_as_ever(consumer: Consumer) -> None:
    consumer.breaks = Failures(ValueError, frozenset({3}))
    other = an_event(2, contracts.ScreeningStarted(patient_id=an_id(1), case_id=an_id(3), started_at=NOON))
    await consumer.receives(*records(1), a_record(other), *records(3))

    told = [await stage(consumer, each, erased=True) for each in (an_event(1), other, an_event(3), an_event(4))]

    assert told == [Stage.ERASED, Stage.PASSED_OVER, Stage.PARKED, Stage.LAGGING]


async def test_what_failed_and_what_waits_behind_it_is_parked_until_it_is_replayed(consumer: Consumer) -> None:
    consumer.breaks = Failures(ValueError, frozenset({1}), times=3)
    await consumer.receives(*records(1, 2))
    assert await stages(consumer, 1, 2, 3) == [Stage.PARKED, Stage.PARKED, Stage.LAGGING]

    await consumer.operations.request_replay(STREAM)
    assert await stages(consumer, 1) == [Stage.PARKED]
    await consumer.replay.run_requested()

    assert await stages(consumer, 1, 2) == [Stage.DONE, Stage.DONE]


async def test_what_was_discarded_is_never_done_even_when_its_record_is_no_longer_kept(consumer: Consumer) -> None:
    consumer.breaks = Failures(ValueError, frozenset({1}))
    await consumer.receives(*records(1, 2))
    await consumer.operations.discard((await consumer.parked())[0].id)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()
    assert await stages(consumer, 1, 2) == [Stage.DISCARDED, Stage.DONE]

    consumer.store.tables["parked"].clear()

    assert await stages(consumer, 1, 2) == [Stage.GIVEN_UP, Stage.DONE]


async def test_what_is_missing_in_an_accepted_gap_was_given_up(consumer: Consumer) -> None:
    await consumer.receives(*records(1, 4))
    await consumer.operations.accept_gap((await consumer.parked())[0].id)
    await consumer.replay.run_requested()
    await consumer.receives(*records(5))

    assert await stages(consumer, 1, 2, 3, 4, 5) == [Stage.DONE, *[Stage.GIVEN_UP] * 2, Stage.DONE, Stage.DONE]


async def test_of_two_events_with_one_number_only_the_handled_one_is_done(consumer: Consumer) -> None:
    await consumer.receives(*records(1))

    assert await stage(consumer, an_event(1, event_id=an_id(77))) is Stage.DIVERGED
    assert await stages(consumer, 1) == [Stage.DONE]
