"""A decision that rests on a document it does not write can be overtaken; a guard makes the two collide.

Booking reads that the care path is open and adds an appointment, while the care path is being closed.
"""

import asyncio
from types import NoneType

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.errors import StaleVersion
from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")


class GateClosed(Exception):
    """The care path is closed: nothing may be booked."""


async def interleave(store: Store, paths: Documents[CarePath], *, guarded: bool) -> None:
    """Books while somebody closes the care path between booking's decision and its commit."""
    path = a_care_path()
    decided, closed = asyncio.Event(), asyncio.Event()

    async def open_it(tx: Transaction) -> None:
        await paths.add(path, tx)

    async def close(tx: Transaction) -> None:
        current = await paths.get(path.id)
        await paths.save(current.reach(CareStage.CLOSED), expecting=current.version, tx=tx)

    async def book(tx: Transaction) -> None:
        gate = await paths.get(path.id)
        if gate.stage is CareStage.CLOSED:
            raise GateClosed
        decided.set()
        await closed.wait()
        if guarded:
            await paths.guard(gate, tx)
        await store.database["appointments"].insert_one({"_id": path.id})

    await store.work.run(open_it, by=COORDINATOR, action="open", returns=NoneType)
    booking = asyncio.create_task(store.work.run(book, by=COORDINATOR, action="book", returns=NoneType))
    await decided.wait()
    await store.work.run(close, by=COORDINATOR, action="close", returns=NoneType)
    closed.set()
    await booking


async def test_without_a_guard_the_booking_passes_a_closed_gate(store: Store, paths: Documents[CarePath]) -> None:
    """What snapshot isolation allows, and why every gate is guarded."""
    await interleave(store, paths, guarded=False)

    assert await store.database["appointments"].count_documents({}) == 1


async def test_with_a_guard_the_booking_decides_anew_and_is_refused(store: Store, paths: Documents[CarePath]) -> None:
    with pytest.raises(GateClosed):
        await interleave(store, paths, guarded=True)

    assert await store.database["appointments"].count_documents({}) == 0


async def test_two_decisions_on_one_gate_both_pass_one_after_the_other(
    store: Store, paths: Documents[CarePath]
) -> None:
    path = a_care_path()

    async def open_it(tx: Transaction) -> None:
        await paths.add(path, tx)

    async def decide(tx: Transaction) -> None:
        await paths.guard(await paths.get(path.id), tx)

    await store.work.run(open_it, by=COORDINATOR, action="open", returns=NoneType)
    await asyncio.gather(*(store.work.run(decide, by=COORDINATOR, action="decide", returns=NoneType) for _ in range(4)))

    document = await store.database["care_paths"].find_one({"_id": path.id})
    assert document is not None
    assert (document["version"], document["guard"]) == (1, 4)


async def test_a_guard_on_an_outdated_reading_is_stale(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()

    async def open_and_move_on(tx: Transaction) -> None:
        await paths.add(path, tx)
        await paths.save(path.call(), expecting=1, tx=tx)
        await paths.guard(path, tx)

    with pytest.raises(StaleVersion):
        await store.work.run(open_and_move_on, by=COORDINATOR, action="open", returns=NoneType)
