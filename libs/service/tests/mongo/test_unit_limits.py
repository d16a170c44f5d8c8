"""The ends of a unit of work: refused, too large, cancelled, or with the store gone, it leaves all or nothing."""

import asyncio
from types import NoneType

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import AutoReconnect, PyMongoError

from careflow_events.mongo.unit import current_unit, unit_of_work
from careflow_events.testing.worker import until
from careflow_service.errors import StoreBusy
from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.faults import store_is_away
from careflow_service.mongo.store import Store
from careflow_service.mongo.work import UnitInsideUnit
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import SetClock, scratch_store
from careflow_service.work import Transaction
from libs.service.tests.clinic import INDEXES, PUBLISHED, CarePath, a_care_path, care_paths
from libs.service.tests.mongo.storing import stored

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")
THINGS = ("care_paths", "_owners", "_outbox", "_audit", "_idempotency")


async def rows(store: Store) -> int:
    return sum([await store.database[name].count_documents({}) for name in THINGS])


async def test_a_thousand_documents_go_in_one_write(
    store_url: str, database: str, clock: SetClock, log: CommandLog
) -> None:
    async def work(tx: Transaction) -> None:
        for n in range(1_000):
            await paths.add(a_care_path(f"p{n}"), tx)

    # How many go is asked, not how fast: that says more of the machine.
    async with scratch_store(
        store_url, database, clock=clock, published=PUBLISHED, indexes=INDEXES, listeners=[log], time_limit=120
    ) as store:
        paths = care_paths(store)
        with log.recording():
            await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

        assert [trip.name for trip in log.trips if trip.name != "find"] == ["bulkWrite", "commitTransaction"]
        assert await store.database["care_paths"].count_documents({}) == 1_000


async def test_a_document_the_store_will_not_take_leaves_nothing(store: Store, paths: Documents[CarePath]) -> None:
    async def work(tx: Transaction) -> None:
        await paths.add(a_care_path(), tx)
        unit_of_work().insert("large", {"_id": 1, "payload": b"x" * 17 * 1024 * 1024})

    with pytest.raises(PyMongoError) as refused:
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert not store_is_away(refused.value), "sending it again would not help"
    assert await rows(store) == 0


async def test_a_store_that_goes_between_the_writes_and_the_commit_leaves_nothing(
    store: Store, paths: Documents[CarePath], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_: AsyncClientSession) -> None:
        raise AutoReconnect("connection closed")

    async def work(tx: Transaction) -> None:
        await paths.add(a_care_path(), tx)

    with monkeypatch.context() as patched:
        patched.setattr(AsyncClientSession, "commit_transaction", gone)
        with pytest.raises(StoreBusy):
            await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert await rows(store) == 0
    await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)
    assert await store.database["care_paths"].count_documents({}) == 1


async def test_whoever_gives_up_at_any_moment_leaves_all_or_nothing(store: Store, paths: Documents[CarePath]) -> None:
    """Cancelled after more and more turns of the loop, until one comes through."""
    done, turns = False, 0
    while not done:
        path = a_care_path(f"p{turns}")

        async def work(tx: Transaction, path: CarePath = path) -> None:
            await paths.find(path.id, of=path.patient_id)
            await paths.add(path, tx)

        running = asyncio.create_task(store.work.run(work, by=COORDINATOR, action="open", returns=NoneType))
        for _ in range(turns):
            await asyncio.sleep(0)
        done = running.done()
        running.cancel()
        await asyncio.wait([running])

        async def all_or_nothing(path: CarePath = path) -> bool:
            found = await paths.looked.find(path.id) is not None
            audited = await store.database["_audit"].count_documents({"touched": f"care_paths/{path.id}@1"}) == 1
            return found == audited

        await until(all_or_nothing)  # a commit that was sent before is carried out meanwhile, or not
        turns += 1 + turns // 8

    others = {task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    assert not [name for name in others if "read_mark" in name]


async def test_a_unit_inside_a_unit_is_refused_also_side_by_side(store: Store, paths: Documents[CarePath]) -> None:
    async def inner(tx: Transaction) -> None:
        await paths.add(a_care_path(), tx)

    async def outer(_: Transaction) -> None:
        await asyncio.gather(store.work.run(inner, by=COORDINATOR, action="inner", returns=NoneType))

    with pytest.raises(UnitInsideUnit):
        await store.work.run(outer, by=COORDINATOR, action="outer", returns=NoneType)

    assert await rows(store) == 0


async def test_a_task_that_outlives_its_unit_is_in_none(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)
    committed = asyncio.Event()
    later: list[asyncio.Task[bool]] = []

    async def lasting() -> bool:
        await committed.wait()
        return current_unit() is None and (await paths.get(path.id)).calls == 1

    async def work(tx: Transaction) -> None:
        later.append(asyncio.create_task(lasting()))
        before = await paths.get(path.id)
        await paths.save(before.call(), expecting=before.version, tx=tx)

    await store.work.run(work, by=COORDINATOR, action="call", returns=NoneType)
    committed.set()

    assert await later[0]


async def test_writing_outside_of_a_unit_is_a_mistake(paths: Documents[CarePath]) -> None:
    with pytest.raises(RuntimeError, match="within a unit of work"):
        await paths.add(a_care_path(), None)  # type: ignore[arg-type]  # the mistake that is meant
