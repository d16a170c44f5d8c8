"""The timers on a real store: each deadline fires once, each effect is performed under one key, whatever happens."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoLeases
from careflow_service.clock import wall_clock
from careflow_service.deadlines import Deadline, Effect
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.testing.store import MONDAY_NOON, SetClock, given, scratch_store
from careflow_service.timers import Timers
from careflow_service.timers.loop import DEADLINES, EFFECTS, TIMERS_LEASE, TOLD_SECONDS
from careflow_service.work import Transaction
from libs.service.tests.clinic import INDEXES, PUBLISHED, CarePath, a_care_path, care_paths

pytestmark = pytest.mark.store

DUE = MONDAY_NOON - timedelta(minutes=1)
LEASE_TTL = timedelta(milliseconds=600)


@dataclass
class Ports:
    """What the small clinic's deadlines and effects act on."""

    paths: Documents[CarePath]
    broken: set[str] = field(default_factory=set)
    paged: list[str] = field(default_factory=list)
    crash_after_paging: bool = False


async def next_overdue(ports: Ports) -> tuple[datetime, str] | None:
    return await ports.paths.earliest("due_at")


async def close_overdue(id_: str, tx: Transaction, ports: Ports) -> None:
    path = await ports.paths.get(id_)
    if id_ in ports.broken:
        raise ValueError
    if path.due_at is not None and path.due_at <= tx.now:
        await ports.paths.save(path.reach(CareStage.CLOSED), expecting=path.version, tx=tx)


async def next_page(ports: Ports) -> str | None:
    waiting = await ports.paths.looked.many({"stage": CareStage.INQUIRY.value}, sort=(("calls", -1),), limit=1)
    return waiting[0].id if waiting else None


async def page(id_: str, ports: Ports) -> str:
    ports.paged.append(id_)
    return "delivered"


async def settle_page(id_: str, outcome: str, tx: Transaction, ports: Ports) -> None:
    if ports.crash_after_paging:
        ports.crash_after_paging = False
        raise ConnectionError
    path = await ports.paths.get(id_)
    if path.stage is CareStage.INQUIRY and outcome == "delivered":
        await ports.paths.save(path.reach(CareStage.INFO_CALL), expecting=path.version, tx=tx)


CLOSE_OVERDUE = Deadline("close_overdue", next_overdue, close_overdue)
PAGE = Effect("page", next_page, page, settle_page)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(store_url: str, database: str, clock: SetClock) -> AsyncIterator[Store]:
    async with scratch_store(store_url, database, clock=clock, published=PUBLISHED, indexes=INDEXES) as opened:
        yield opened


@pytest.fixture
def ports(store: Store) -> Ports:
    return Ports(care_paths(store))


@asynccontextmanager
async def timers_running(
    store: Store,
    ports: Ports,
    clock: SetClock,
    *processes: str,
    sharing_leases: bool = True,
    poll_seconds: float = 0.02,
) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """One set of timers for each process name; gives a way to stop one of them."""
    stops = {process: asyncio.Event() for process in processes}
    tasks = {}
    for process, stop in stops.items():
        name = TIMERS_LEASE if sharing_leases else f"{TIMERS_LEASE} of {process}"
        timers = Timers(
            ports=ports,
            deadlines=[CLOSE_OVERDUE],
            effects=[PAGE],
            work=store.work,
            clock=clock,
            lease=HeldLease(MongoLeases(store.database), name, process, ttl=LEASE_TTL),
            poll_seconds=dict.fromkeys((DEADLINES, EFFECTS), poll_seconds),
        )
        tasks[process] = asyncio.create_task(timers.run(stop))

    async def ended(process: str) -> None:
        stops[process].set()
        await tasks[process]

    try:
        yield ended
    finally:
        for process in processes:
            await ended(process)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - the store has no event for it
            await asyncio.sleep(0.02)


def reaching(store: Store, stage: CareStage, count: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return await store.database["care_paths"].count_documents({"stage": stage.value}) == count

    return reached


async def test_every_due_deadline_fires_exactly_once_across_two_processes(
    store: Store, ports: Ports, clock: SetClock
) -> None:
    for n in range(10):
        await given(store, ports.paths, a_care_path(f"p{n}", due_at=DUE))

    async with timers_running(store, ports, clock, "one", "other"):
        await until(reaching(store, CareStage.CLOSED, 10))

    said = Counter([row["stream"] async for row in store.database["_outbox"].find({})])
    assert len(said) == 10
    assert set(said.values()) == {1}


async def test_deadlines_fire_once_even_while_two_processes_believe_to_hold_the_lease(
    store: Store, ports: Ports, clock: SetClock
) -> None:
    """As when the holder was paused past its lease: the document's state decides, not the lease."""
    for n in range(10):
        await given(store, ports.paths, a_care_path(f"p{n}", due_at=DUE))

    async with timers_running(store, ports, clock, "one", "other", sharing_leases=False):
        await until(reaching(store, CareStage.CLOSED, 10))

    said = Counter([row["stream"] async for row in store.database["_outbox"].find({})])
    assert (len(said), set(said.values())) == (10, {1})


async def test_a_deadline_waits_for_its_time_and_a_jump_of_the_clock(
    store: Store, ports: Ports, clock: SetClock
) -> None:
    await given(store, ports.paths, a_care_path("soon", due_at=MONDAY_NOON + timedelta(hours=1)))
    await given(store, ports.paths, a_care_path("later", due_at=MONDAY_NOON + timedelta(weeks=6)))
    await given(store, ports.paths, a_care_path("now", due_at=MONDAY_NOON))

    async with timers_running(store, ports, clock, "one"):
        await until(reaching(store, CareStage.CLOSED, 1))
        clock.advance(timedelta(hours=2))
        await until(reaching(store, CareStage.CLOSED, 2))

    assert (await ports.paths.get("later")).stage is CareStage.INFO_CALL


async def test_a_jump_of_the_clock_is_not_waited_for(store: Store, ports: Ports, clock: SetClock) -> None:
    await given(store, ports.paths, a_care_path("now", due_at=MONDAY_NOON))
    await given(store, ports.paths, a_care_path("later", due_at=MONDAY_NOON + timedelta(weeks=6)))

    async with timers_running(store, ports, clock, "one", poll_seconds=3600):
        await until(reaching(store, CareStage.CLOSED, 1))
        clock.advance(timedelta(weeks=7))
        await until(reaching(store, CareStage.CLOSED, 2))


async def test_who_is_told_to_stop_during_a_turn_does_not_sleep_on(store: Store, ports: Ports, clock: SetClock) -> None:
    asked = asyncio.Event()
    answered = asyncio.Event()

    async def next_after_a_while(_ports: Ports) -> tuple[datetime, str] | None:
        asked.set()
        await answered.wait()
        return None

    slow = Deadline("slow", next_after_a_while, close_overdue)
    timers = Timers(
        ports=ports,
        deadlines=[slow],
        effects=[],
        work=store.work,
        clock=clock,
        lease=HeldLease(MongoLeases(store.database), TIMERS_LEASE, "one", ttl=LEASE_TTL),
        poll_seconds={DEADLINES: 3600},
    )
    stop = asyncio.Event()
    running = asyncio.create_task(timers.run(stop))
    await asked.wait()
    stop.set()
    await asyncio.sleep(0.3)
    answered.set()

    async with asyncio.timeout(10):
        await running


async def test_a_failing_deadline_does_not_starve_the_others(store: Store, ports: Ports, clock: SetClock) -> None:
    ports.broken = {"broken"}
    await given(store, ports.paths, a_care_path("broken", due_at=DUE - timedelta(hours=1)))
    await given(store, ports.paths, a_care_path("fine", due_at=DUE))

    async with timers_running(store, ports, clock, "one"):
        await until(reaching(store, CareStage.CLOSED, 1))
        ports.broken.clear()
        await until(reaching(store, CareStage.CLOSED, 2))


async def test_at_rest_the_store_is_asked_nothing_until_it_tells_of_a_commit(
    store: Store, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TOLD_SECONDS, EFFECTS, 3600.0)
    asked: list[str] = []

    async def next_counted(ports: Ports) -> str | None:
        asked.append("page")
        return await next_page(ports)

    timers = Timers(
        ports=ports,
        deadlines=[],
        effects=[Effect("page", next_counted, page, settle_page)],
        work=store.work,
        clock=wall_clock,
        lease=HeldLease(MongoLeases(store.database), TIMERS_LEASE, "one", ttl=LEASE_TTL),
        poll_seconds={EFFECTS: 0.02},
        commits=store.commits,
    )
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(store.commits.run())
        tasks.create_task(timers.run(stop))

        async def at_rest() -> bool:
            before = len(asked)
            await asyncio.sleep(0.3)
            return store.commits.listening and 0 < before == len(asked)

        await until(at_rest)
        await given(store, ports.paths, a_care_path("p0", stage=CareStage.INQUIRY))
        await until(reaching(store, CareStage.INFO_CALL, 1))
        stop.set()
        watching.cancel()


async def test_an_effect_is_performed_and_settled(store: Store, ports: Ports, clock: SetClock) -> None:
    for n in range(3):
        await given(store, ports.paths, a_care_path(f"p{n}", stage=CareStage.INQUIRY))

    async with timers_running(store, ports, clock, "one", "other"):
        await until(reaching(store, CareStage.INFO_CALL, 3))

    assert Counter(ports.paged) == {"p0": 1, "p1": 1, "p2": 1}


async def test_a_crash_between_performing_and_settling_repeats_under_the_same_key(
    store: Store, ports: Ports, clock: SetClock
) -> None:
    ports.crash_after_paging = True
    await given(store, ports.paths, a_care_path("p1", stage=CareStage.INQUIRY))

    async with timers_running(store, ports, clock, "one"):
        await until(reaching(store, CareStage.INFO_CALL, 1))

    assert ports.paged == ["p1", "p1"], "twice at the receiver's door, with one idempotency key"


async def test_a_process_that_stops_hands_over_at_once(store: Store, ports: Ports, clock: SetClock) -> None:
    async with timers_running(store, ports, clock, "one", "other") as stop:
        await given(store, ports.paths, a_care_path("p1", due_at=DUE))
        await until(reaching(store, CareStage.CLOSED, 1))
        lease = await store.database["_leases"].find_one({"_id": TIMERS_LEASE})
        assert lease is not None
        await stop(lease["holder"])

        await given(store, ports.paths, a_care_path("p2", due_at=DUE))
        await until(reaching(store, CareStage.CLOSED, 2))
