"""Delivery: every record is settled exactly once or comes back; nothing is lost, doubled or reordered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from careflow_events import contracts
from careflow_events.consumed import ConsumedRecord
from careflow_events.delivery import HELD_UP_SECONDS, ComeBack
from careflow_events.handling import Settled
from careflow_events.positions import Standing
from careflow_events.testing.builders import (
    NOON,
    a_checkpoint,
    a_record,
    an_event,
    an_id,
    clearance_extended,
    with_data,
)
from careflow_events.testing.consuming import Consumer, Failures, StoreAway

STREAM = f"careflow.screening.v1/patient:{an_id(1)}"


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def events(*sequences: int, patient: int = 1) -> list[ConsumedRecord]:
    return [a_record(an_event(sequence, patient=patient)) for sequence in sequences]


def revocation(sequence: int) -> ConsumedRecord:
    fact = contracts.ClearanceRevoked(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON)
    return a_record(an_event(sequence, fact))


def unheard(sequence: int) -> ConsumedRecord:
    fact = contracts.ClearanceReinstated(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON)
    return a_record(an_event(sequence, fact))


async def test_events_are_handled_in_order(consumer: Consumer) -> None:
    assert await consumer.receives(*events(1, 2, 3)) == [Settled.HANDLED] * 3
    assert consumer.handled() == [1, 2, 3]


async def test_the_reaction_gets_the_event_as_its_contract(consumer: Consumer) -> None:
    await consumer.receives(a_record(an_event(1, correlationid="run")))

    (event,) = consumer.events()
    assert event.data == clearance_extended()
    assert (event.stream, event.sequence, event.correlation) == (STREAM, 1, "run")
    assert event.subject == f"patient:{an_id(1)}"


async def test_what_the_reaction_publishes_knows_its_cause(consumer: Consumer) -> None:
    event = an_event(1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    await consumer.receives(a_record(event))

    assert consumer.transactions.started == [("on careflow.screening.ClearanceExtended.v1", event)]


async def test_a_duplicate_is_settled_without_effect(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 2))

    assert await consumer.receives(*events(1, 2)) == [Settled.DUPLICATE] * 2
    assert consumer.handled() == [1, 2]


async def test_what_is_missing_before_the_first_event_met_is_a_gap(consumer: Consumer) -> None:
    assert await consumer.receives(*events(7, 8)) == [Settled.PARKED] * 2

    assert [(each.place, each.cause) for each in await consumer.parked()] == [(7, "gap"), (8, "blocked")]


async def test_an_event_nobody_hears_moves_the_position(consumer: Consumer) -> None:
    outcomes = await consumer.receives(*events(1), unheard(2), *events(3))

    assert outcomes == [Settled.HANDLED, Settled.UNHEARD, Settled.HANDLED]


async def test_a_type_of_a_newer_producer_is_acknowledged_and_keeps_the_order(consumer: Consumer) -> None:
    newer = a_record(replace(an_event(2), type="careflow.screening.SomethingNew.v1"))

    outcomes = await consumer.receives(*events(1), newer, *events(3))

    assert outcomes == [Settled.HANDLED, Settled.UNKNOWN_TYPE, Settled.HANDLED]


async def test_unknown_fields_are_ignored(consumer: Consumer) -> None:
    event = an_event(1)

    outcomes = await consumer.receives(a_record(with_data(event, {**event.data, "added_later": {"a": 1}})))

    assert outcomes == [Settled.HANDLED]


async def test_a_gap_blocks_the_stream_and_nothing_else(consumer: Consumer) -> None:
    outcomes = await consumer.receives(*events(1, 3), *events(1, patient=2), *events(4))

    assert outcomes == [Settled.HANDLED, Settled.PARKED, Settled.HANDLED, Settled.PARKED]
    assert [(each.place, each.cause) for each in await consumer.parked()] == [(3, "gap"), (4, "blocked")]
    assert await consumer.stores.positions.blocked(f"patient:{an_id(1)}")
    assert not await consumer.stores.positions.blocked(f"patient:{an_id(2)}")


async def test_an_unheard_event_behind_a_gap_waits_as_well(consumer: Consumer) -> None:
    outcomes = await consumer.receives(*events(1), unheard(3), unheard(3))

    assert outcomes == [Settled.HANDLED, Settled.PARKED, Settled.DUPLICATE]


async def test_a_parked_event_met_again_is_not_parked_twice(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3))

    again = [replace(record, offset=99) for record in events(3)]
    assert await consumer.receives(*again) == [Settled.DUPLICATE]
    assert len(await consumer.parked()) == 1


async def test_a_changed_history_blocks_the_stream(consumer: Consumer) -> None:
    await consumer.receives(*events(1))

    outcomes = await consumer.receives(a_record(an_event(1, event_id=an_id(666)), offset=9), *events(2))

    assert outcomes == [Settled.PARKED, Settled.PARKED]
    assert [each.cause for each in await consumer.parked()] == [Standing.DIVERGED, Standing.BLOCKED]
    assert consumer.handled() == [1]


async def test_what_restricts_is_applied_at_once_on_a_blocked_stream_and_waits_too(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3))

    assert await consumer.receives(revocation(4)) == [Settled.PARKED]

    assert consumer.handled() == [1, 4]
    assert [(each.place, each.applied_early) for each in await consumer.parked()] == [(3, False), (4, True)]


async def test_what_restricts_is_applied_also_when_it_shows_the_gap(consumer: Consumer) -> None:
    await consumer.receives(*events(1))

    assert await consumer.receives(revocation(3)) == [Settled.PARKED]
    assert consumer.handled() == [1, 3]


async def test_a_bug_gets_some_attempts_and_then_parks_the_event(consumer: Consumer) -> None:
    consumer.breaks = bug = Failures(KeyError, frozenset({2}))

    outcomes = await consumer.receives(*events(1, 2, 3))

    assert outcomes == [Settled.HANDLED, Settled.PARKED, Settled.PARKED]
    assert bug.met[2] == 3
    first, follower = await consumer.parked()
    assert (first.cause, first.attempts, follower.cause) == ("KeyError", 3, "blocked")
    assert consumer.handled() == [1]


async def test_no_text_of_an_exception_is_kept(consumer: Consumer) -> None:
    consumer.breaks = Failures(KeyError, frozenset({1}))

    await consumer.receives(*events(1))

    assert "must not be kept" not in repr(consumer.store.tables)


async def test_a_bug_that_goes_away_in_time_leaves_no_trace(consumer: Consumer) -> None:
    consumer.breaks = Failures(KeyError, frozenset({1}), times=2)

    assert await consumer.receives(*events(1)) == [Settled.HANDLED]
    assert consumer.handled() == [1]


async def test_a_short_fault_is_waited_out_in_place(consumer: Consumer) -> None:
    consumer.breaks = Failures(StoreAway, frozenset({1}), times=4)

    assert await consumer.receives(*events(1)) == [Settled.HANDLED]
    assert 0 < consumer.seconds < 2


async def test_a_long_fault_comes_back_later_and_is_never_parked(consumer: Consumer) -> None:
    consumer.breaks = Failures(StoreAway, frozenset({1}))

    pauses = [await consumer.delivery.deliver(record) for record in events(1) * 7]

    assert pauses == [ComeBack(1), ComeBack(2), ComeBack(4), ComeBack(8), ComeBack(16), ComeBack(30), ComeBack(30)]
    assert await consumer.parked() == []
    consumer.breaks = lambda _: None
    assert await consumer.receives(*events(1)) == [Settled.HANDLED]


async def test_a_fault_while_parking_comes_back_too(consumer: Consumer) -> None:
    consumer.transactions.fail_commit = [StoreAway()]

    poison = replace(a_record(an_event(1)), value=b"{")

    (outcome,) = await consumer.receives(poison)
    assert outcome == ComeBack(1)
    assert await consumer.parked() == []
    assert await consumer.receives(poison) == [Settled.PARKED]


async def test_a_crash_after_the_commit_has_no_second_effect(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 2))
    consumer.restart()

    assert await consumer.receives(*events(1, 2, 3)) == [Settled.DUPLICATE, Settled.DUPLICATE, Settled.HANDLED]
    assert consumer.handled() == [1, 2, 3]


async def test_a_checkpoint_says_how_fresh_the_feed_is(consumer: Consumer) -> None:
    consumers, topic = consumer.stores.consumers, "careflow.screening.v1"
    for partition in (0, 1):
        await consumers.note_started(topic, "id", partition, 0)

    consumer.seconds = 40
    outcomes = await consumer.receives(
        a_checkpoint(NOON, partition=0), a_checkpoint(NOON + timedelta(seconds=30), partition=1)
    )

    assert outcomes == [Settled.CHECKPOINT] * 2
    assert (await consumers.feed(topic)).fresh_until() == NOON


async def test_a_checkpoint_is_believed_no_further_than_the_readers_own_clock(consumer: Consumer) -> None:
    consumers, topic = consumer.stores.consumers, "careflow.screening.v1"
    await consumers.note_started(topic, "id", 0, 0)

    assert await consumer.receives(a_checkpoint(NOON + timedelta(seconds=30))) == [Settled.CHECKPOINT]
    assert (await consumers.feed(topic)).fresh_until() == NOON
    assert await consumer.receives(a_checkpoint(NOON + timedelta(days=900))) == [Settled.CHECKPOINT_IGNORED]
    assert (await consumers.feed(topic)).fresh_until() == NOON


async def test_tries_are_counted_for_each_kind_of_fault(consumer: Consumer) -> None:
    errors = iter([StoreAway(), StoreAway(), KeyError(), KeyError()])

    def breaks(_: object) -> None:
        if (error := next(errors, None)) is not None:
            raise error

    consumer.breaks = breaks

    assert await consumer.receives(*events(1)) == [Settled.HANDLED]


async def test_a_partition_that_does_not_move_is_told_of_until_it_does(consumer: Consumer) -> None:
    consumer.breaks = Failures(StoreAway, frozenset({1}))
    await consumer.receives(*events(1))
    assert consumer.delivery.held_up == frozenset()

    consumer.seconds += HELD_UP_SECONDS
    await consumer.receives(*events(1))
    assert consumer.delivery.held_up == {("careflow.screening.v1", 0)}

    consumer.breaks = lambda _: None
    await consumer.receives(*events(1))
    assert consumer.delivery.held_up == frozenset()
