"""What one poll brought is settled side by side: in order for each stream, all or nothing for each group, and one by
one where a group cannot be.
"""

from dataclasses import replace

import pytest

from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import StopReason
from careflow_events.delivery import FIRST_PAUSE_SECONDS, GROUP_SIZE, STOPPED_PAUSE_SECONDS, Rewind, groups
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event
from careflow_events.testing.consuming import Consumer, Failures, StoreAway

TOPIC = "careflow.screening.v1"


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def poll(*said: tuple[int, int], partition: int = 0, first: int = 0) -> list[ConsumedRecord]:
    """(patient, sequence) in the order in which they stand in a partition."""
    records = (a_record(an_event(sequence, patient=patient)) for patient, sequence in said)
    return [replace(record, partition=partition, offset=first + n) for n, record in enumerate(records)]


def offsets(grouped: list[list[ConsumedRecord]]) -> list[list[int]]:
    return [[record.offset for record in group] for group in grouped]


def test_a_group_has_one_record_of_a_stream_and_each_stream_keeps_its_order() -> None:
    records = poll((1, 1), (1, 2), (2, 1), (3, 1), (1, 3), (2, 2))

    assert offsets(list(groups(records))) == [[0, 2, 3], [1, 5], [4]]


def test_a_group_is_not_larger_than_it_may_be() -> None:
    records = poll(*((patient, 1) for patient in range(1, 2 * GROUP_SIZE + 3)))

    assert [len(group) for group in groups(records)] == [GROUP_SIZE, GROUP_SIZE, 2]


def test_a_checkpoint_comes_alone_after_all_that_came_before_it() -> None:
    checkpoint = replace(a_checkpoint(NOON), partition=0, offset=2)
    records = [*poll((1, 1), (1, 2)), checkpoint, *poll((2, 1), (1, 3), first=3)]

    assert offsets(list(groups(records))) == [[0], [1], [2], [3, 4]]


async def test_a_group_takes_one_transaction(consumer: Consumer) -> None:
    assert await consumer.polls(*poll((1, 1), (2, 1), (3, 1), (1, 2))) == []

    assert consumer.handled() == [1, 1, 1, 2]
    assert len(consumer.transactions.together) == 1, "the fourth is alone in its group"


async def test_one_bad_record_is_parked_and_the_others_are_handled_once(consumer: Consumer) -> None:
    bad = replace(poll((2, 1))[0], value=b"{", offset=1)

    assert await consumer.polls(poll((1, 1))[0], bad, *poll((3, 1), first=2)) == []

    assert consumer.handled() == [1, 1]
    assert [parked.record.offset for parked in await consumer.parked()] == [1]


async def test_a_bug_parks_its_own_record_only(consumer: Consumer) -> None:
    consumer.breaks = Failures(KeyError, frozenset({7}))
    await consumer.polls(*poll(*((2, sequence) for sequence in range(1, 7))))

    assert await consumer.polls(*poll((1, 1), (2, 7), (3, 1), first=6)) == []

    assert consumer.handled()[-2:] == [1, 1]
    assert [parked.event_id for parked in await consumer.parked()] == [an_event(7, patient=2).id]


async def test_what_passes_is_come_back_to_from_the_first_that_is_not_settled(consumer: Consumer) -> None:
    """The first group stands at offsets 0, 2 and 3; its second record cannot be handled while the store is away."""
    consumer.breaks = Failures(StoreAway, frozenset({9}))
    await consumer.polls(*poll(*((2, sequence) for sequence in range(1, 9))))
    records = poll((1, 1), (1, 2), (2, 9), (3, 1), first=8)

    assert await consumer.polls(*records) == [Rewind(TOPIC, 0, 9, FIRST_PAUSE_SECONDS)]

    consumer.breaks = lambda _: None
    before = len(consumer.handled())
    assert await consumer.polls(*records[1:]) == []
    assert consumer.handled()[before:] == [2, 9, 1]
    assert await consumer.parked() == []


async def test_another_partition_is_not_held_up(consumer: Consumer) -> None:
    consumer.breaks = Failures(StoreAway, frozenset({9}))
    await consumer.polls(*poll(*((2, sequence) for sequence in range(1, 9))))

    rewinds = await consumer.polls(*poll((2, 9), first=8), *poll((5, 1), (6, 1), partition=1))

    assert [(rewind.partition, rewind.offset) for rewind in rewinds] == [(0, 8)]
    assert consumer.handled()[-2:] == [1, 1]


async def test_what_came_twice_in_one_poll_is_handled_once(consumer: Consumer) -> None:
    once = poll((1, 1), (2, 1))

    assert await consumer.polls(*once, *poll((1, 1), (2, 1), first=2)) == []

    assert consumer.handled() == [1, 1]
    assert await consumer.parked() == []


async def test_a_stopped_consumer_settles_nothing(consumer: Consumer) -> None:
    await consumer.delivery.stop(StopReason.OFFSETS_LOST)

    assert await consumer.polls(*poll((1, 1), (2, 1))) == [Rewind(TOPIC, 0, 0, STOPPED_PAUSE_SECONDS)]
    assert consumer.handled() == []
