"""Positions: deduplication, order, gap and block in one conditional write. On memory and store."""

from functools import partial
from typing import Any

import pytest

from careflow_events.consumers import Start, StartPlace
from careflow_events.mongo.unit import Overtaken
from careflow_events.outbox import StreamPosition
from careflow_events.positions import Position, PositionMoved, Standing
from careflow_events.testing.backend import Backend
from careflow_events.testing.builders import NOON

STREAM = "careflow.screening.v1/patient:1"


async def advance(backend: Backend, *events: tuple[int, str]) -> list[Standing]:
    """Each event in its own transaction."""
    positions = backend.stores.positions
    return [await backend.commit(partial(positions.advance, STREAM, *event)) for event in events]


async def block(backend: Backend, cause: str = "broken") -> None:
    positions = backend.stores.positions
    before = await positions.find(STREAM)
    after = (before or Position(STREAM, None)).parking(cause, NOON)
    await backend.commit(partial(positions.replace, before, after))


async def settle(backend: Backend, place: int, event_id: str) -> None:
    positions = backend.stores.positions
    before = await positions.find(STREAM)
    assert before is not None
    await backend.commit(partial(positions.replace, before, before.settling(place, event_id)))


async def test_events_in_order_are_next(backend: Backend) -> None:
    assert await advance(backend, (1, "a"), (2, "b"), (3, "c")) == [Standing.NEXT] * 3


async def test_a_stream_begins_with_its_first_event(backend: Backend) -> None:
    assert await advance(backend, (41, "a"), (1, "b"), (2, "c")) == [Standing.GAP, Standing.NEXT, Standing.NEXT]


async def test_an_event_met_again_is_a_duplicate(backend: Backend) -> None:
    await advance(backend, (1, "a"), (2, "b"))

    assert await advance(backend, (2, "b"), (1, "a"), (1, "whatever")) == [Standing.DUPLICATE] * 3


async def test_another_event_of_the_same_number_is_a_changed_history(backend: Backend) -> None:
    await advance(backend, (1, "a"))

    assert await advance(backend, (1, "other")) == [Standing.DIVERGED]


async def test_where_a_consumer_began_in_the_middle_a_stream_begins_with_what_is_met_first(backend: Backend) -> None:
    consumers = backend.stores.consumers
    await consumers.start_at("careflow.screening.v1", Start(place=StartPlace.LATEST, by="olga", asked_at=NOON))
    await consumers.begin("careflow.screening.v1", "id", {0: 7})

    assert await advance(backend, (41, "a"), (42, "b"), (44, "d")) == [Standing.NEXT, Standing.NEXT, Standing.GAP]
    assert await advance(backend, (7, "x")) == [Standing.DUPLICATE], "what lay before is given up"
    position = await backend.stores.positions.find(STREAM)
    assert position is not None
    assert (position.last, position.given_up) == (42, ((1, 40),))


async def test_a_missing_event_is_a_gap_and_moves_nothing(backend: Backend) -> None:
    await advance(backend, (1, "a"))

    assert await advance(backend, (3, "c"), (2, "b"), (3, "c")) == [Standing.GAP, Standing.NEXT, Standing.NEXT]


async def test_a_blocked_stream_takes_nothing_but_knows_its_duplicates(backend: Backend) -> None:
    await advance(backend, (1, "a"))
    await block(backend)

    assert await advance(backend, (2, "b"), (3, "c"), (1, "a")) == [
        Standing.BLOCKED,
        Standing.BLOCKED,
        Standing.DUPLICATE,
    ]


async def test_the_block_goes_with_the_last_that_was_parked_behind_it(backend: Backend) -> None:
    await advance(backend, (1, "a"))
    await block(backend)
    await block(backend, "blocked")

    await settle(backend, 2, "b")
    assert await advance(backend, (4, "d")) == [Standing.BLOCKED]
    await settle(backend, 3, "c")
    assert await advance(backend, (4, "d")) == [Standing.NEXT]


async def test_two_writers_of_one_position_cannot_both_win(backend: Backend) -> None:
    await advance(backend, (1, "a"))
    seen = await backend.stores.positions.find(STREAM)
    await advance(backend, (2, "b"))

    with pytest.raises((PositionMoved, Overtaken)):
        await backend.commit(partial(backend.stores.positions.replace, seen, Position(STREAM, 9)))


async def test_a_failed_transaction_moves_nothing(backend: Backend) -> None:
    await advance(backend, (1, "a"))

    async def fails(_: Any) -> None:
        await backend.stores.positions.advance(STREAM, 2, "b")
        raise LookupError

    with pytest.raises(LookupError):
        await backend.transactions.run(fails, action="test", event=None)

    assert await advance(backend, (2, "b")) == [Standing.NEXT]


async def test_readers_can_ask_how_far_a_stream_has_come(backend: Backend) -> None:
    await advance(backend, (1, "a"), (2, "b"))

    reached = backend.stores.positions.reached
    assert await reached(StreamPosition(STREAM, 2))
    assert not await reached(StreamPosition(STREAM, 3))
    assert not await reached(StreamPosition("careflow.screening.v1/patient:2", 1))


async def test_a_subject_with_any_blocked_stream_is_known(backend: Backend) -> None:
    positions = backend.stores.positions
    assert not await positions.blocked("patient:1")

    await block(backend)

    assert await positions.blocked("patient:1")
    assert not await positions.blocked("patient:2")
    assert await positions.blocked_streams() == 1
