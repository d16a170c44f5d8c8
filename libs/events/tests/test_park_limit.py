"""The park limit: a broken deploy stops the consumer instead of parking a topic."""

import pytest

from careflow_events.consumers import StopReason
from careflow_events.delivery import ComeBack
from careflow_events.handling import Settled
from careflow_events.limit import ParkLimit
from careflow_events.testing.builders import a_record, an_event
from careflow_events.testing.consuming import Consumer, Failures


@pytest.fixture
def limit() -> ParkLimit:
    return ParkLimit()


def test_twenty_records_of_five_streams_within_a_minute_are_too_many(limit: ParkLimit) -> None:
    verdicts = []
    for count in range(20):
        limit.handled()
        verdicts.append(limit.parked(f"stream-{count % 5}", at=count * 3.0))

    assert verdicts == [False] * 19 + [True]


def test_twenty_records_of_four_streams_are_a_problem_of_those_streams(limit: ParkLimit) -> None:
    for count in range(40):
        limit.handled()
        assert not limit.parked(f"stream-{count % 4}", at=count * 0.1)


def test_twenty_records_over_a_longer_time_are_not_too_many(limit: ParkLimit) -> None:
    for count in range(40):
        limit.handled()
        assert not limit.parked(f"stream-{count % 5}", at=count * 3.2)


def test_ten_streams_in_a_row_are_too_many(limit: ParkLimit) -> None:
    assert [limit.parked(f"stream-{count}", at=count * 1_000.0) for count in range(10)] == [False] * 9 + [True]


def test_a_success_in_between_starts_the_row_anew(limit: ParkLimit) -> None:
    for count in range(9):
        limit.parked(f"stream-{count}", at=count * 1_000.0)
    limit.handled()

    assert not limit.parked("stream-9", at=9_000.0)


async def test_a_broken_deploy_stops_the_consumer_after_ten_streams() -> None:
    consumer = Consumer(breaks=Failures(KeyError, frozenset({1})))
    records = [a_record(an_event(1, patient=patient)) for patient in range(1, 15)]

    outcomes = await consumer.receives(*records)

    assert outcomes == [Settled.PARKED] * 10 + [ComeBack(5)] * 4
    assert consumer.delivery.stopped is StopReason.PARKED_TOO_MANY
    assert len(await consumer.parked()) == 10


async def test_a_stop_outlives_the_process_and_ends_by_an_operator() -> None:
    consumer = Consumer(breaks=Failures(KeyError, frozenset({1})))
    records = [a_record(an_event(1, patient=patient)) for patient in range(1, 15)]
    await consumer.receives(*records)

    consumer.restart()
    await consumer.delivery.look_whether_stopped()
    assert await consumer.receives(records[-1]) == [ComeBack(5)]

    consumer.breaks = lambda _: None
    await consumer.stores.consumers.resume()
    await consumer.delivery.look_whether_stopped()
    assert await consumer.receives(records[-1]) == [Settled.HANDLED]


async def test_followers_behind_a_block_do_not_count() -> None:
    consumer = Consumer(breaks=Failures(KeyError, frozenset({1})))
    records = [a_record(an_event(n, patient=patient)) for patient in range(1, 6) for n in range(1, 10)]

    outcomes = await consumer.receives(*records)

    assert outcomes == [Settled.PARKED] * 45
    assert consumer.delivery.stopped is None
