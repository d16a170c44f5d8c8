"""What is heard of somebody who was erased moves its position and has no other effect, whatever the reaction is."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.closing import Closing
from careflow_events.contracts import ClearanceExtended
from careflow_events.handling import Handling, Settled
from careflow_events.mongo import MongoErasure, MongoOutbox, MongoTransactions, mongo_stores
from careflow_events.mongo.owners import OWNERS
from careflow_events.mongo.unit import Overtaken
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, hears
from careflow_events.testing.builders import NOON, a_record, an_event, an_id, publication

pytestmark = pytest.mark.store

Store = AsyncDatabase[dict[str, Any]]
Heard = Received[ClearanceExtended]
Reaction = Callable[[Heard, Any, Store], Awaitable[None]]
ERASED, OTHER = 1, 2


async def notes(event: Heard, tx: Any, _: Store) -> None:
    tx.insert("state", {"_id": event.id})


async def says(event: Heard, tx: Any, _: Store) -> None:
    """It reads the mark for its own reasons."""
    await notes(event, tx, _)
    outbox = MongoOutbox(Sealer({"keys": []}), lambda: f"said-on-{event.id}")
    of = publication(patient=ERASED if event.subject.endswith(an_id(ERASED)) else OTHER)
    await outbox.append([of], now=NOON, causation=None, correlation=None, traceparent=None)


async def fails(event: Heard, tx: Any, store: Store) -> None:
    """It rests on what an erased patient has no longer."""
    await notes(event, tx, store)
    mark = await store[OWNERS].find_one({"_id": event.subject.partition(":")[2]})
    if mark is not None and "closing" in mark:
        raise LookupError


async def closes_again(event: Heard, tx: Any, store: Store) -> None:
    await notes(event, tx, store)
    tx.close_owner(event.subject.partition(":")[2], Closing.ERASED)


REACTIONS = (notes, says, fails, closes_again)


def handling(store: Store, reaction: Reaction) -> Handling[Store]:
    return Handling(
        consumer="booking",
        subscriptions=[hears(ClearanceExtended, reaction)],
        ports=store,
        transactions=MongoTransactions(store),
        stores=mongo_stores(store, "booking"),
        keyring=None,
        clock=lambda: NOON,
        wall_clock=lambda: NOON,
    )


async def close(store: Store, closing: Closing, patient: int = ERASED) -> None:
    await MongoErasure(store, ()).close_again(an_id(patient))
    await store[OWNERS].update_one({"_id": an_id(patient)}, {"$set": {"closing": closing.value}})


async def noted(store: Store) -> set[str]:
    return {each["_id"] async for each in store["state"].find()}


async def last(store: Store, patient: int) -> int | None:
    position = await mongo_stores(store, "booking").positions.find(an_event(1, patient=patient).stream or "")
    return None if position is None else position.last


@pytest.mark.parametrize("closing", [Closing.ERASED, Closing.DESTROYED])
@pytest.mark.parametrize("reaction", REACTIONS)
async def test_it_has_no_effect_and_its_stream_goes_on(store: Store, reaction: Reaction, closing: Closing) -> None:
    await close(store, closing)
    hearing = handling(store, reaction)

    for number in (1, 2):
        assert await hearing.settle(a_record(an_event(number, patient=ERASED))) is Settled.ERASED
    assert await hearing.settle(a_record(an_event(2, patient=ERASED))) is Settled.DUPLICATE

    assert (await noted(store), await last(store, ERASED)) == (set(), 2)
    assert await store["_outbox"].count_documents({}) == 0
    mark = await store[OWNERS].find_one({"_id": an_id(ERASED)}) or {}
    assert mark["closing"] == closing.value


@pytest.mark.parametrize("reaction", REACTIONS)
async def test_in_a_group_it_has_no_effect_and_the_others_have(store: Store, reaction: Reaction) -> None:
    await close(store, Closing.ERASED)
    hearing = handling(store, reaction)
    records = [a_record(an_event(1, patient=patient)) for patient in (ERASED, OTHER)]

    with pytest.raises(Overtaken):
        await hearing.settle_together(records)
    assert (await noted(store), await last(store, ERASED), await last(store, OTHER)) == (set(), None, None)
    assert [await hearing.settle(each) for each in records] == [Settled.ERASED, Settled.HANDLED]

    assert await noted(store) == {an_event(1, patient=OTHER).id}


async def test_an_erasure_that_is_committed_while_it_is_decided_counts(store: Store) -> None:
    async def meanwhile(event: Heard, tx: Any, _: Store) -> None:
        await notes(event, tx, _)
        await close(store, Closing.ERASED)

    assert await handling(store, meanwhile).settle(a_record(an_event(1, patient=ERASED))) is Settled.ERASED

    assert (await noted(store), await last(store, ERASED)) == (set(), 1)


async def test_what_is_heard_of_somebody_whose_erasure_is_only_asked_for_counts(store: Store) -> None:
    await close(store, Closing.ASKED)

    assert await handling(store, says).settle(a_record(an_event(1, patient=ERASED))) is Settled.HANDLED

    assert await noted(store) == {an_event(1, patient=ERASED).id}


async def test_a_reaction_that_fails_for_another_reason_fails(store: Store) -> None:
    async def broken(event: Heard, tx: Any, _: Store) -> None:
        await notes(event, tx, _)
        raise LookupError

    with pytest.raises(LookupError):
        await handling(store, broken).settle(a_record(an_event(1, patient=OTHER)))

    assert (await noted(store), await last(store, OTHER)) == (set(), None)
