"""Replay and discard: what was parked is handled later, in order, by the consumer that parked it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from careflow_events import contracts
from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import Start, StartPlace
from careflow_events.handling import Settled
from careflow_events.operations import NotFirstInStream, NothingMissing, NotParked
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.testing.builders import NOON, a_record, an_event, an_id, with_data
from careflow_events.testing.consuming import Consumer, Failures, StoreAway

STREAM = f"careflow.screening.v1/patient:{an_id(1)}"


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def events(*sequences: int, patient: int = 1) -> list[ConsumedRecord]:
    return [a_record(an_event(sequence, patient=patient)) for sequence in sequences]


def unreadable(sequence: int) -> ConsumedRecord:
    return replace(a_record(an_event(sequence)), value=b"{")


async def beside(consumer: Consumer) -> ParkedRecord:
    """The record that has no place in its stream."""
    (found,) = [each for each in await consumer.parked() if each.place is None]
    return found


async def blocked(consumer: Consumer) -> None:
    """Event 2 met a bug; 3 and 4 wait behind it."""
    consumer.breaks = Failures(KeyError, frozenset({2}))
    await consumer.receives(*events(1, 2, 3, 4))
    consumer.breaks = lambda _: None


async def test_a_replay_goes_through_the_stream_in_order_and_lifts_the_block(consumer: Consumer) -> None:
    await blocked(consumer)
    await consumer.operations.request_replay(STREAM)

    assert await consumer.replay.run_requested() == 3

    assert consumer.handled() == [1, 2, 3, 4]
    assert await consumer.parked() == []
    assert await consumer.receives(*events(5)) == [Settled.HANDLED]


async def test_a_replay_is_asked_for_by_any_record_of_the_stream(consumer: Consumer) -> None:
    await blocked(consumer)
    last = (await consumer.parked())[-1]

    first = await consumer.operations.request_replay_of(last.id)

    assert first.place == 2
    assert await consumer.replay.run_requested() == 3


async def test_nothing_is_replayed_unasked(consumer: Consumer) -> None:
    await blocked(consumer)

    assert await consumer.replay.run_requested() == 0
    assert consumer.handled() == [1]


async def test_a_replay_that_fails_again_stops_there_and_waits_for_the_next_request(consumer: Consumer) -> None:
    await blocked(consumer)
    consumer.breaks = Failures(TypeError, frozenset({3}))
    await consumer.operations.request_replay(STREAM)

    assert await consumer.replay.run_requested() == 1
    assert await consumer.replay.run_requested() == 0

    assert consumer.handled() == [1, 2]
    third, fourth = await consumer.parked()
    assert (third.cause, third.state, fourth.place) == ("TypeError", ParkedState.PARKED, 4)
    consumer.breaks = lambda _: None
    await consumer.operations.request_replay(STREAM)
    assert await consumer.replay.run_requested() == 2


async def test_a_replay_during_a_fault_stays_requested(consumer: Consumer) -> None:
    await blocked(consumer)
    consumer.breaks = Failures(StoreAway, frozenset({2}), times=1)
    await consumer.operations.request_replay(STREAM)

    with pytest.raises(StoreAway):
        await consumer.replay.run_requested()
    assert await consumer.replay.run_requested() == 3


async def test_two_workers_replaying_at_once_handle_nothing_twice(consumer: Consumer) -> None:
    await blocked(consumer)
    await consumer.operations.request_replay(STREAM)
    (first,) = await consumer.stores.parked.requested()

    await consumer.replay.run_requested()
    late = await consumer.stores.parked.find(first.id)
    assert late is not None
    assert late.state is ParkedState.REPLAYED
    assert await consumer.replay.run_requested() == 0
    assert consumer.handled() == [1, 2, 3, 4]


async def test_events_that_arrive_during_the_block_follow_the_replay(consumer: Consumer) -> None:
    await blocked(consumer)
    await consumer.operations.request_replay(STREAM)
    await consumer.receives(*events(5))

    await consumer.replay.run_requested()

    assert consumer.handled() == [1, 2, 3, 4, 5]


async def test_a_late_event_fills_the_gap_by_itself(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3, 4))

    assert await consumer.receives(*events(2)) == [Settled.PARKED]
    assert await consumer.replay.run_requested() == 3

    assert consumer.handled() == [1, 2, 3, 4]
    assert await consumer.stores.positions.blocked_streams() == 0


async def test_a_gap_cannot_be_replayed_over(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3))
    await consumer.operations.request_replay(STREAM)

    assert await consumer.replay.run_requested() == 0
    assert [(each.place, each.cause) for each in await consumer.parked()] == [(3, "gap")]


async def test_an_operator_can_declare_that_what_is_missing_is_lost(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3, 4))

    first = (await consumer.parked())[0]
    assert await consumer.operations.missing_before(first.id) == range(2, 3)
    await consumer.operations.accept_gap(first.id)

    assert await consumer.replay.run_requested() == 2
    assert consumer.handled() == [1, 3, 4]


async def test_where_a_consumer_began_in_the_middle_its_first_event_is_no_gap_when_it_fails(consumer: Consumer) -> None:
    await consumer.stores.consumers.start_at(
        "careflow.screening.v1", Start(place=StartPlace.LATEST, by="olga", asked_at=NOON)
    )
    await consumer.stores.consumers.begin("careflow.screening.v1", "id", {0: 7})
    consumer.breaks = Failures(ValueError, frozenset({5}), times=3)
    await consumer.receives(*events(5, 6))
    first = (await consumer.parked())[0]
    assert await consumer.operations.missing_before(first.id) is None

    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert consumer.handled() == [5, 6]


async def test_what_restricts_is_applied_again_in_its_place(consumer: Consumer) -> None:
    fact = contracts.ClearanceRevoked(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON)
    await blocked(consumer)
    await consumer.receives(a_record(an_event(5, fact)))
    assert consumer.handled() == [1, 5]

    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert consumer.handled() == [1, 5, 2, 3, 4, 5]


async def test_a_discarded_record_lets_the_stream_go_on(consumer: Consumer) -> None:
    await blocked(consumer)
    first = (await consumer.parked())[0]

    discarded = await consumer.operations.discard(first.id)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert discarded.state is ParkedState.DISCARDED
    assert consumer.handled() == [1, 3, 4]
    assert (await consumer.operations.show(first.id)).state is ParkedState.DISCARDED


async def test_discarding_what_could_not_be_read_leaves_its_number_open(consumer: Consumer) -> None:
    await consumer.receives(*events(1), unreadable(2), *events(3))

    await consumer.operations.discard((await beside(consumer)).id)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()
    assert consumer.handled() == [1]

    await consumer.receives(*events(2))
    await consumer.replay.run_requested()
    assert consumer.handled() == [1, 2, 3]


async def test_discarding_garbage_does_not_pass_over_the_event_that_came_after_it(consumer: Consumer) -> None:
    garbage = replace(unreadable(2), offset=77)
    await consumer.receives(*events(1), garbage, *events(2, 3))

    await consumer.operations.discard((await beside(consumer)).id)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert consumer.handled() == [1, 2, 3]


async def test_what_can_be_read_after_all_takes_its_place(consumer: Consumer) -> None:
    ahead = a_record(replace(an_event(2), time=NOON + timedelta(days=2)))
    await consumer.receives(*events(1), ahead, *events(3))
    consumer.seconds += timedelta(days=3).total_seconds()

    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert consumer.handled() == [1, 2, 3]


async def test_what_was_put_in_its_place_is_known_when_it_comes_again(consumer: Consumer) -> None:
    event = replace(an_event(2), time=NOON + timedelta(days=2))
    await consumer.receives(*events(1), a_record(event))
    consumer.breaks = Failures(KeyError, frozenset({2}))
    consumer.seconds += timedelta(days=3).total_seconds()
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert await consumer.receives(a_record(event, offset=77)) == [Settled.DUPLICATE]

    assert [(each.place, each.cause) for each in await consumer.parked()] == [(2, "KeyError")]


@pytest.mark.parametrize("discarded", [0, 1])
async def test_of_two_events_with_one_number_an_operator_says_which_is_true(consumer: Consumer, discarded: int) -> None:
    forged = a_record(an_event(2, event_id=an_id(999)), offset=55)
    consumer.breaks = Failures(KeyError, frozenset({2}))
    await consumer.receives(*events(1), forged, *events(2, 3))
    consumer.breaks = lambda _: None
    both = sorted((each for each in await consumer.parked() if each.place == 2), key=lambda each: each.cause)
    assert [each.cause for each in both] == ["KeyError", "diverged"]
    await consumer.operations.request_replay(STREAM)
    assert await consumer.replay.run_requested() == 0

    await consumer.operations.discard(both[discarded].id)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert [event.id for event in consumer.events()][1:] == [both[1 - discarded].event_id, an_event(3).id]
    assert consumer.handled() == [1, 2, 3]


async def test_an_event_whose_number_another_had_is_handled_only_by_name(consumer: Consumer) -> None:
    forged = a_record(an_event(1, event_id=an_id(999)))
    await consumer.receives(forged, *events(1, 2))
    rival, follower = await consumer.parked()
    assert [(each.place, each.cause) for each in (rival, follower)] == [(1, "diverged"), (2, "blocked")]

    await consumer.operations.request_replay_of(follower.id)
    with pytest.raises(NotFirstInStream):
        await consumer.operations.request_replay(STREAM)
    assert await consumer.replay.run_requested() == 0

    await consumer.operations.request_replay_of(rival.id)
    await consumer.replay.run_requested()

    assert [event.id for event in consumer.events()] == [an_id(999), an_event(1).id, an_event(2).id]


async def test_discarding_an_event_behind_a_gap_does_not_close_the_gap(consumer: Consumer) -> None:
    await consumer.receives(*events(1, 3))

    await consumer.operations.discard((await consumer.parked())[0].id)

    assert await consumer.receives(*events(2)) == [Settled.HANDLED]


async def test_what_comes_first_is_waited_for_behind_an_unreadable_record(consumer: Consumer) -> None:
    await consumer.receives(unreadable(8), *events(9))

    await consumer.operations.discard((await beside(consumer)).id)
    await consumer.operations.accept_gap((await consumer.parked())[0].id)
    await consumer.replay.run_requested()

    assert await consumer.receives(*events(10)) == [Settled.HANDLED]
    assert consumer.handled() == [9, 10]


async def test_a_gap_that_is_none_cannot_be_accepted(consumer: Consumer) -> None:
    await blocked(consumer)

    with pytest.raises(NothingMissing):
        await consumer.operations.accept_gap((await consumer.parked())[0].id)


async def test_the_last_record_of_a_block_can_be_discarded(consumer: Consumer) -> None:
    consumer.breaks = Failures(KeyError, frozenset({2}))
    await consumer.receives(*events(1, 2))

    await consumer.operations.discard((await consumer.parked())[0].id)

    assert await consumer.receives(*events(3)) == [Settled.HANDLED]


async def test_only_the_first_record_of_a_stream_is_discarded(consumer: Consumer) -> None:
    await blocked(consumer)

    with pytest.raises(NotFirstInStream):
        await consumer.operations.discard((await consumer.parked())[1].id)


async def test_what_is_not_parked_cannot_be_settled(consumer: Consumer) -> None:
    await blocked(consumer)
    first = (await consumer.parked())[0]
    await consumer.operations.discard(first.id)

    with pytest.raises(NotParked):
        await consumer.operations.discard(first.id)
    with pytest.raises(NotParked):
        await consumer.operations.show("nothing")
    with pytest.raises(NotParked):
        await consumer.operations.request_replay("careflow.screening.v1/patient:nobody")


async def test_a_record_without_a_stream_is_replayed_alone(consumer: Consumer) -> None:
    await consumer.receives(replace(unreadable(1), key=b"\xff"))
    (parked,) = await consumer.parked()

    await consumer.operations.request_replay_of(parked.id)
    assert await consumer.replay.run_requested() == 0
    await consumer.operations.discard(parked.id)

    assert await consumer.parked() == []


async def test_what_a_newer_version_can_read_is_replayed_where_it_stands(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event(2)
    await consumer.receives(*events(1), a_record(with_data(event, {"patient_id": "no id"})), *events(3))
    (invalid, _) = await consumer.parked()
    assert invalid.cause == "data_invalid"

    repaired = replace(invalid, record=a_record(event))
    monkeypatch.setitem(consumer.store.tables["parked"], invalid.id, repaired)
    await consumer.operations.request_replay(STREAM)
    await consumer.replay.run_requested()

    assert consumer.handled() == [1, 2, 3]
