"""Parked records and a consumer's memory of itself, on memory and store."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from careflow_events.consumers import EVERYTHING, NEVER_STARTED, Pause, Start, StartPlace, StopReason
from careflow_events.offsets import Offsets, StoreWentBack
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.testing.backend import Backend
from careflow_events.testing.builders import NOON, a_record, an_event

TOPIC = "careflow.screening.v1"
OTHER = "careflow.billing.v1"
LATER = NOON + timedelta(hours=1)
OPEN = (ParkedState.PARKED, ParkedState.REPLAY_REQUESTED)


def waiting(place: int, *, stream: str = f"{TOPIC}/patient:1", cause: str = "blocked") -> ParkedRecord:
    return ParkedRecord(
        id=f"{stream}@{place}",
        record=a_record(an_event(place)),
        stream=stream,
        place=place,
        event_id=f"event-{place}",
        event_type="careflow.screening.ClearanceExtended.v1",
        cause=cause,
        attempts=1,
        applied_early=False,
        first_failed_at=NOON,
    )


async def changed(backend: Backend, parked_id: str, **change: Any) -> bool:
    return await backend.commit(partial(backend.stores.parked.change, parked_id, expecting=OPEN, **change))


async def test_a_parked_record_is_kept_as_it_came(backend: Backend) -> None:
    broken = replace(
        waiting(1), record=replace(waiting(1).record, key=b"\xff", value=None, headers=(("x", b"\xff"),)), stream=None
    )
    await backend.commit(partial(backend.stores.parked.add, broken))

    assert await backend.stores.parked.find(broken.id) == broken


async def test_the_first_open_record_of_a_stream_is_its_head(backend: Backend) -> None:
    parked = backend.stores.parked
    for place in (10, 9, 11):
        await backend.commit(partial(parked.add, waiting(place)))
    await backend.commit(partial(parked.add, waiting(1, stream=f"{TOPIC}/patient:2")))
    await changed(backend, waiting(9).id, state=ParkedState.REPLAYED, at=NOON)

    assert await parked.head(f"{TOPIC}/patient:1") == waiting(10)
    assert await parked.open_count() == 3


async def test_operators_page_through_what_is_open(backend: Backend) -> None:
    parked = backend.stores.parked
    for place in (1, 2, 3):
        await backend.commit(partial(parked.add, waiting(place, cause="data_invalid" if place == 1 else "blocked")))

    def page(**query: object) -> dict[str, object]:
        return {"stream": None, "cause": None, "limit": 2, "after": None} | query

    first = await parked.open_records(**page())  # type: ignore[arg-type]  # a dict of the query's parts
    second = await parked.open_records(**page(after=first[-1].id))  # type: ignore[arg-type]  # as above
    assert [each.place for each in (*first, *second)] == [1, 2, 3]
    assert [each.place for each in await parked.open_records(**page(cause="data_invalid"))] == [1]  # type: ignore[arg-type]  # as above


async def test_operators_see_what_is_open_by_cause_and_type(backend: Backend) -> None:
    parked = backend.stores.parked
    unread = replace(waiting(4), event_type=None, cause="not_json", first_failed_at=LATER)
    again = replace(waiting(3), first_failed_at=LATER)
    settled = waiting(5)
    for each in (waiting(1, cause="data_invalid"), waiting(2), again, unread, settled):
        await backend.commit(partial(parked.add, each))
    await changed(backend, waiting(2).id, state=ParkedState.REPLAY_REQUESTED, at=NOON)
    await changed(backend, settled.id, state=ParkedState.DISCARDED, at=NOON)

    blocked, invalid, nameless = await parked.groups()
    assert (blocked.cause, blocked.event_type, blocked.count, blocked.requested) == (
        "blocked",
        waiting(2).event_type,
        2,
        1,
    )
    assert (blocked.first_failed_at, blocked.last_failed_at) == (NOON, LATER)
    assert (invalid.cause, invalid.count, invalid.requested) == ("data_invalid", 1, 0)
    assert (nameless.cause, nameless.event_type) == ("not_json", None)


async def test_a_state_is_changed_only_from_an_expected_one(backend: Backend) -> None:
    parked = backend.stores.parked
    await backend.commit(partial(parked.add, waiting(1)))
    at = NOON + timedelta(minutes=1)

    assert await backend.commit(
        partial(parked.change, waiting(1).id, expecting=OPEN, state=ParkedState.REPLAY_REQUESTED, at=at)
    )
    assert [each.place for each in await parked.requested()] == [1]
    assert await backend.commit(
        partial(parked.change, waiting(1).id, expecting=OPEN, state=ParkedState.PARKED, at=at, cause="KeyError")
    )
    failed_again = await parked.find(waiting(1).id)
    assert failed_again is not None
    assert (failed_again.cause, failed_again.attempts) == ("KeyError", 2)
    assert await backend.commit(
        partial(parked.change, waiting(1).id, expecting=OPEN, state=ParkedState.DISCARDED, at=at)
    )
    assert not await backend.commit(
        partial(parked.change, waiting(1).id, expecting=OPEN, state=ParkedState.REPLAYED, at=at)
    )
    discarded = await parked.find(waiting(1).id)
    assert discarded is not None
    assert discarded.settled_at == at


async def test_a_consumer_remembers_what_it_started_and_how_fresh_it_is(backend: Backend) -> None:
    consumers = backend.stores.consumers
    assert await consumers.feed(TOPIC) == NEVER_STARTED

    await consumers.note_started(TOPIC, "id-1", 0, 5)
    await consumers.note_started(TOPIC, "id-1", 1, 0)
    await consumers.note_checkpoint(TOPIC, 0, NOON, now=LATER)
    feed = await consumers.feed(TOPIC)
    assert (feed.topic_id, feed.offsets, feed.fresh_until()) == ("id-1", {0: 5, 1: 0}, None)

    await consumers.note_checkpoint(TOPIC, 1, NOON + timedelta(seconds=30), now=LATER)
    await consumers.note_checkpoint(TOPIC, 1, NOON + timedelta(seconds=10), now=LATER)
    assert (await consumers.feed(TOPIC)).checkpoints == {0: NOON, 1: NOON + timedelta(seconds=30)}
    assert (await consumers.feed(TOPIC)).fresh_until() == NOON


async def test_what_says_more_than_can_be_known_is_mended_by_the_next_checkpoint(backend: Backend) -> None:
    consumers = backend.stores.consumers
    await consumers.note_started(TOPIC, "id-1", 0, 5)
    await consumers.note_checkpoint(TOPIC, 0, LATER, now=LATER)

    await consumers.note_checkpoint(TOPIC, 0, NOON, now=NOON + timedelta(seconds=1))

    assert (await consumers.feed(TOPIC)).fresh_until() == NOON


async def test_a_subject_whose_stream_is_behind_is_not_fresh_and_all_others_are(backend: Backend) -> None:
    consumers = backend.stores.consumers
    await consumers.note_started(TOPIC, "id-1", 0, 0)

    await consumers.note_checkpoint(TOPIC, 0, NOON, now=LATER, behind=[f"{TOPIC}/patient:1"])
    feed = await consumers.feed(TOPIC)
    assert [feed.fresh_until(subject) for subject in ("patient:1", "patient:2", None)] == [None, NOON, NOON]

    await consumers.note_checkpoint(TOPIC, 0, LATER, now=LATER)
    assert (await consumers.feed(TOPIC)).fresh_until("patient:1") == LATER


async def test_two_events_may_wait_at_one_place(backend: Backend) -> None:
    parked, one = backend.stores.parked, waiting(1)
    other = replace(one, id=f"{one.id}#other", event_id="other")
    for each in (one, other):
        await backend.commit(partial(parked.add, each))

    assert list(await parked.open_at(f"{TOPIC}/patient:1", 1)) == [one, other]
    assert list(await parked.open_at(f"{TOPIC}/patient:1", 2)) == []


async def test_what_has_no_place_comes_first_until_it_gets_one(backend: Backend) -> None:
    parked = backend.stores.parked
    beside = replace(waiting(7), place=None, event_id=None)
    await backend.commit(partial(parked.add, waiting(2)))
    await backend.commit(partial(parked.add, beside))
    assert await parked.head(f"{TOPIC}/patient:1") == beside

    await backend.commit(partial(parked.put_in_place, beside.id, 3, "c"))

    assert await parked.head(f"{TOPIC}/patient:1") == waiting(2)
    assert await parked.find(beside.id) == replace(beside, place=3, event_id="c")


async def test_a_consumer_remembers_how_far_it_has_read(backend: Backend) -> None:
    consumers = backend.stores.consumers
    for partition in (0, 1):
        await consumers.note_started(TOPIC, "id-1", partition, 5)

    assert await consumers.note_settled(TOPIC, {0: 5}, {0: 9})
    assert await consumers.note_settled(TOPIC, {0: 9, 1: 5}, {0: 12, 1: 6})
    assert await consumers.note_settled(TOPIC, {0: 5}, {0: 8})

    assert (await consumers.feed(TOPIC)).offsets == {0: 12, 1: 6}


async def test_a_store_that_is_behind_what_was_noted_in_it_takes_no_note(backend: Backend) -> None:
    offsets = Offsets(backend.stores.consumers)
    await backend.stores.consumers.note_started(TOPIC, "id-1", 0, 5)
    offsets.begin(TOPIC, {0: 5})
    offsets.settled(TOPIC, 0, 9)
    await offsets.note()
    await backend.stores.consumers.note_started(TOPIC, "id-1", 0, 7)  # as a copy of the store has it

    offsets.settled(TOPIC, 0, 10)
    with pytest.raises(StoreWentBack):
        await offsets.note()
    assert (await backend.stores.consumers.feed(TOPIC)).offsets == {0: 7}


async def test_a_stop_is_remembered_until_it_is_lifted(backend: Backend) -> None:
    consumers = backend.stores.consumers
    assert await consumers.stopped() is None

    await consumers.stop(StopReason.OFFSETS_LOST, NOON)
    assert await consumers.stopped() is StopReason.OFFSETS_LOST

    await consumers.resume()
    assert await consumers.stopped() is None


async def test_every_operator_has_a_pause_of_their_own(backend: Backend) -> None:
    consumers = backend.stores.consumers
    assert await consumers.pauses() == []

    await consumers.pause("olga", ["a.v1"], NOON)
    await consumers.pause("peter", [EVERYTHING], LATER)
    await consumers.pause("olga", ["a.v1", "b.v1"], LATER)
    both = [Pause("olga", frozenset({"a.v1", "b.v1"}), NOON), Pause("peter", frozenset({EVERYTHING}), LATER)]
    assert await consumers.pauses() == both
    assert [[pause.holds(topic) for topic in ("a.v1", "c.v1")] for pause in both] == [[True, False], [True, True]]

    assert [await consumers.lift_pause("olga"), await consumers.lift_pause("olga")] == [True, False]
    assert await consumers.pauses() == both[1:]


async def test_a_pause_and_a_stop_know_nothing_of_each_other(backend: Backend) -> None:
    consumers = backend.stores.consumers
    await consumers.pause("olga", [EVERYTHING], NOON)
    await consumers.stop(StopReason.OFFSETS_LOST, NOON)

    await consumers.resume()
    assert (await consumers.stopped(), len(await consumers.pauses())) == (None, 1)

    await consumers.stop(StopReason.PARKED_TOO_MANY, NOON)
    await consumers.lift_pause("olga")
    assert await consumers.stopped() is StopReason.PARKED_TOO_MANY


async def test_a_consumer_that_never_read_begins_where_it_is_told_and_once(backend: Backend) -> None:
    consumers = backend.stores.consumers
    latest = Start(place=StartPlace.LATEST, by="olga", asked_at=NOON)
    instant = Start(place=StartPlace.INSTANT, instant=NOON, by="peter", asked_at=LATER)

    assert [await consumers.start_at(TOPIC, each) for each in (latest, instant)] == [True, True]
    assert (await consumers.feed(TOPIC)).start == instant
    assert not (await consumers.feed(TOPIC)).began_within

    await consumers.begin(TOPIC, "id-1", {0: 7, 1: 3})
    await consumers.begin(TOPIC, "id-1", {0: 9, 1: 9})
    feed = await consumers.feed(TOPIC)
    assert (feed.topic_id, feed.offsets, feed.began_within) == ("id-1", {0: 7, 1: 3}, True)
    assert not await consumers.start_at(TOPIC, latest)

    await consumers.stop(StopReason.OFFSETS_LOST, NOON)
    await consumers.resume()
    await consumers.start_over(TOPIC, lost=True)
    assert (await consumers.feed(TOPIC)).start is None, "it starts over from the beginning"


async def test_what_is_lost_starts_over_and_nothing_else(backend: Backend) -> None:
    consumers = backend.stores.consumers
    await consumers.note_started(TOPIC, "id-1", 0, 5)
    await consumers.note_started(OTHER, "id-2", 0, 8)
    await consumers.note_checkpoint(TOPIC, 0, NOON, now=LATER)

    await consumers.stop(StopReason.PARKED_TOO_MANY, NOON)
    await consumers.resume()
    await consumers.start_over(TOPIC, lost=True)
    assert (await consumers.feed(TOPIC)).offsets == {0: 5}, "nothing was lost then"

    await consumers.stop(StopReason.TOPIC_RECREATED, NOON)
    await consumers.resume()
    assert [(await consumers.feed(each)).may_start_over for each in (TOPIC, OTHER)] == [True, True]
    await consumers.start_over(TOPIC, lost=True)
    await consumers.start_over(OTHER, lost=False)
    feed = await consumers.feed(TOPIC)
    assert (feed.topic_id, feed.offsets, feed.checkpoints) == (None, {}, {0: NOON})
    await consumers.note_started(TOPIC, "id-3", 0, 0)

    for topic in (TOPIC, OTHER):
        await consumers.start_over(topic, lost=True)

    feeds = [await consumers.feed(each) for each in (TOPIC, OTHER)]
    assert [(each.topic_id, each.offsets, each.may_start_over, each.started_over) for each in feeds] == [
        ("id-3", {0: 0}, False, 1),
        ("id-2", {0: 8}, False, 0),
    ]
