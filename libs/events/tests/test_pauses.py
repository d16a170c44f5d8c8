"""Paused partitions: they wait their time, also across a rebalance, and then go on."""

import asyncio

import pytest
from aiokafka import TopicPartition

from careflow_events.kafka.pauses import Pauses

TOPIC = "careflow.screening.v1"
FIRST, SECOND = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)


class Fetching:
    """A consumer as far as pausing is concerned; a new assignment forgets what was paused."""

    def __init__(self, *assigned: TopicPartition) -> None:
        self.assign(*assigned)

    def assign(self, *assigned: TopicPartition) -> None:
        self._assigned = frozenset(assigned)
        self.paused: set[TopicPartition] = set()

    def assignment(self) -> frozenset[TopicPartition]:
        return self._assigned

    def pause(self, place: TopicPartition) -> None:
        assert place in self._assigned
        self.paused.add(place)

    def resume(self, place: TopicPartition) -> None:
        assert place in self._assigned
        self.paused.discard(place)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


async def test_a_partition_is_resumed_after_its_time(pauses: Pauses) -> None:
    consumer = Fetching(FIRST, SECOND)

    pauses.pause(consumer, TOPIC, 0, 0.05)
    assert consumer.paused == {FIRST}

    await asyncio.sleep(0.1)
    assert consumer.paused == set()


async def test_a_later_pause_outlasts_an_earlier_one(pauses: Pauses) -> None:
    consumer = Fetching(FIRST)
    pauses.pause(consumer, TOPIC, 0, 0.03)
    pauses.pause(consumer, TOPIC, 0, 30)

    await asyncio.sleep(0.08)

    assert consumer.paused == {FIRST}


async def test_a_rebalance_does_not_end_a_pause(pauses: Pauses) -> None:
    consumer = Fetching(FIRST)
    pauses.pause(consumer, TOPIC, 0, 30)

    consumer.assign(FIRST, SECOND)
    pauses.reassigned(TOPIC, frozenset({FIRST, SECOND}))

    assert consumer.paused == {FIRST}
    assert pauses.assigned_to(TOPIC) == frozenset({FIRST, SECOND})


async def test_a_partition_that_went_elsewhere_is_left_alone(pauses: Pauses) -> None:
    consumer = Fetching(FIRST)
    pauses.pause(consumer, TOPIC, 0, 0.03)

    consumer.assign(SECOND)
    pauses.reassigned(TOPIC, frozenset({SECOND}))
    await asyncio.sleep(0.08)

    assert consumer.paused == set()


async def test_before_the_first_assignment_nothing_is_known(pauses: Pauses) -> None:
    assert pauses.assigned_to(TOPIC) is None
