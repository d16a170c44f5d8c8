"""No decision rests on what another commit has overtaken, although nobody names what it rests on.

Somebody decides; before the commit, somebody else commits about the same owner; the first decides anew.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import NoneType
from typing import Any

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_events.handling import Reacting
from careflow_events.mongo.commit import NotTogether
from careflow_events.mongo.unit import AskedAfterWriting, Overtaken, unit_of_work
from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.mongo.store import Store
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path, care_paths
from libs.service.tests.mongo.storing import stored

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")
ANA = "ana"

Act = Callable[[], Awaitable[Any]]


class GateClosed(Exception):
    """The care path is closed: nothing may be booked."""


async def elsewhere(act: Act) -> None:
    """As another request does it, to its end."""
    await asyncio.get_running_loop().create_task(act(), context=contextvars.Context())  # type: ignore[arg-type]  # a coroutine


async def decide(store: Store, look: Act, meanwhile: Act) -> list[Any]:
    """What each try of a command saw that looks and books, while something else is committed after its first look."""
    seen: list[Any] = []

    async def book(tx: Transaction) -> None:
        seen.append(await look())
        if len(seen) == 1:
            await elsewhere(meanwhile)
        unit_of_work().insert("bookings", {"_id": tx.new_id()})

    await store.work.run(book, by=COORDINATOR, action="book", returns=NoneType)
    assert await store.database["bookings"].count_documents({}) == 1
    return seen


def closing(store: Store, paths: Documents[CarePath], path: CarePath) -> Act:
    async def close(tx: Transaction) -> None:
        current = await paths.get(path.id)
        await paths.save(current.reach(CareStage.CLOSED), expecting=current.version, tx=tx)

    return lambda: store.work.run(close, by=COORDINATOR, action="close", returns=NoneType)


async def test_what_was_only_read_is_read_again_when_it_has_changed(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    async def look() -> CareStage:
        return (await paths.get(path.id)).stage

    assert await decide(store, look, closing(store, paths, path)) == [CareStage.INFO_CALL, CareStage.CLOSED]


async def test_a_refusal_comes_of_the_second_look(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)
    tries = 0

    async def book(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        if (await paths.get(path.id)).stage is CareStage.CLOSED:
            raise GateClosed
        await elsewhere(closing(store, paths, path))
        unit_of_work().insert("bookings", {"_id": tx.new_id()})

    with pytest.raises(GateClosed):
        await store.work.run(book, by=COORDINATOR, action="book", returns=NoneType)

    assert tries == 2
    assert await store.database["bookings"].count_documents({}) == 0


async def refused_after(store: Store, look: Act, meanwhile: Act) -> list[Any]:
    """What each try of a command saw that looks and then refuses, while something else is committed meanwhile."""
    seen: list[Any] = []

    async def book(_: Transaction) -> None:
        seen.append(await look())
        if len(seen) == 1:
            await elsewhere(meanwhile)
        raise GateClosed

    with pytest.raises(GateClosed):
        await store.work.run(book, by=COORDINATOR, action="book", returns=NoneType)
    return seen


async def test_who_refuses_by_what_has_changed_decides_anew(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    async def look() -> CareStage:
        return (await paths.get(path.id)).stage

    async def nothing() -> None: ...

    assert await refused_after(store, look, nothing) == [CareStage.INFO_CALL]
    assert await refused_after(store, look, closing(store, paths, path)) == [CareStage.INFO_CALL, CareStage.CLOSED]


@pytest.fixture
def calls(store: Store) -> Documents[CarePath]:
    """Several of one patient in one collection, which the clinic's own care paths never are."""
    return Documents(
        store.database,
        "calls",
        CarePath,
        fields=lambda path: {"patient_id": path.patient_id, "calls": path.calls},
        owner=lambda path: path.patient_id,
    )


def adding(store: Store, calls: Documents[CarePath], name: str) -> Act:
    async def add(tx: Transaction) -> None:
        await calls.add(CarePath(id=name, patient_id=ANA, stage=CareStage.INFO_CALL), tx)

    return lambda: store.work.run(add, by=COORDINATOR, action="add", returns=NoneType)


async def test_a_list_that_grew_meanwhile_is_asked_for_again(store: Store, calls: Documents[CarePath]) -> None:
    await adding(store, calls, "first")()

    async def look() -> int:
        return len(await calls.many({"patient_id": ANA}, of=ANA, limit=10))

    assert await decide(store, look, adding(store, calls, "second")) == [1, 2]


async def test_who_refuses_by_a_list_that_grew_meanwhile_asks_again(store: Store, calls: Documents[CarePath]) -> None:
    async def look() -> int:
        return len(await calls.many({"patient_id": ANA}, of=ANA, limit=10))

    assert await refused_after(store, look, adding(store, calls, "first")) == [0, 1]


async def test_an_empty_list_is_one_too(store: Store, calls: Documents[CarePath]) -> None:
    async def look() -> int:
        return len(await calls.many({"patient_id": ANA}, of=ANA, limit=10))

    assert await decide(store, look, adding(store, calls, "first")) == [0, 1]


async def test_what_was_missing_and_is_added_meanwhile_is_found(store: Store, calls: Documents[CarePath]) -> None:
    async def look() -> bool:
        return await calls.find("first", of=ANA) is not None

    assert await decide(store, look, adding(store, calls, "first")) == [False, True]


async def test_what_is_only_looked_at_is_not_guarded(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    async def look() -> CareStage:
        found = await paths.looked.find(path.id)
        assert found is not None
        return found.stage

    assert await decide(store, look, closing(store, paths, path)) == [CareStage.INFO_CALL]


async def test_what_belongs_to_nobody_is_guarded_by_its_own_version(store: Store) -> None:
    rooms = Documents(store.database, "rooms", CarePath)
    room = a_care_path("blue")
    await stored(store, rooms, room)

    async def look() -> int:
        return (await rooms.get("blue")).calls

    async def call(tx: Transaction) -> None:
        current = await rooms.get("blue")
        await rooms.save(current.call(), expecting=current.version, tx=tx)

    def renaming() -> Awaitable[Any]:
        return store.work.run(call, by=COORDINATOR, action="call", returns=NoneType)

    assert await decide(store, look, renaming) == [0, 1]


async def test_a_list_of_what_belongs_to_nobody_can_only_be_looked_at(store: Store) -> None:
    rooms = Documents(store.database, "rooms", CarePath, fields=lambda path: {"calls": path.calls})

    async def work(_: Transaction) -> None:
        await rooms.many({"calls": 0}, of=None, limit=1)

    with pytest.raises(ValueError, match="can only be looked at"):
        await store.work.run(work, by=COORDINATOR, action="look", returns=NoneType)


async def test_two_owners_in_one_unit_are_both_guarded(store: Store, paths: Documents[CarePath]) -> None:
    ana, ben = a_care_path("a"), a_care_path("b")
    await stored(store, paths, ana, ben)

    async def look() -> tuple[CareStage, CareStage]:
        return (await paths.get(ana.id)).stage, (await paths.get(ben.id)).stage

    seen = await decide(store, look, closing(store, paths, ben))

    assert seen == [(CareStage.INFO_CALL, CareStage.INFO_CALL), (CareStage.INFO_CALL, CareStage.CLOSED)]


async def test_patients_do_not_meet(store: Store, paths: Documents[CarePath]) -> None:
    ana, ben = a_care_path("a"), a_care_path("b")
    await stored(store, paths, ana, ben)

    async def look() -> CareStage:
        return (await paths.get(ana.id)).stage

    assert await decide(store, look, closing(store, paths, ben)) == [CareStage.INFO_CALL]


async def test_the_same_document_read_twice_is_the_same(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    closed = False

    async def look() -> bool:
        nonlocal closed
        first = await paths.get(path.id)
        if not closed:
            closed = True
            await elsewhere(closing(store, paths, path))
        return await paths.get(path.id) is first

    async def nothing() -> None: ...

    assert await decide(store, look, nothing) == [True, True]


async def test_one_sees_what_one_has_put_and_asks_for_lists_before(store: Store, calls: Documents[CarePath]) -> None:
    await adding(store, calls, "first")()

    async def work(tx: Transaction) -> None:
        before = await calls.get("first")
        await calls.save(before.call(), expecting=before.version, tx=tx)
        again = await calls.get("first")
        await calls.save(again.call(), expecting=again.version, tx=tx)
        found = await calls.one(of=ANA, patient_id=ANA, calls=2)
        assert found is not None
        assert await calls.one(of=ANA, patient_id=ANA, calls=0) is None, "it was, before this unit of work"
        with pytest.raises(AskedAfterWriting):
            await calls.many({"patient_id": ANA}, of=ANA, limit=10)

    await store.work.run(work, by=COORDINATOR, action="call", returns=NoneType)

    first = await calls.get("first")
    assert (first.calls, first.version) == (2, 3), "written once, as it was put last"


async def test_what_is_put_twice_says_what_it_has_to_say_once(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()

    async def work(tx: Transaction) -> None:
        await paths.add(path.reach(CareStage.SCREENING), tx)
        again = await paths.get(path.id)
        await paths.save(again.reach(CareStage.CLOSED), expecting=again.version, tx=tx)

    committed = await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert [position.sequence for position in committed.positions] == [1, 2]


async def test_what_changes_hands_is_news_of_both(store: Store, calls: Documents[CarePath]) -> None:
    await adding(store, calls, "first")()

    async def look() -> int:
        return len(await calls.many({"patient_id": ANA}, of=ANA, limit=10))

    async def hand_over(tx: Transaction) -> None:
        before = await calls.get("first")
        await calls.save(replace(before.call(), patient_id="ben"), expecting=before.version, tx=tx)

    def handing_over() -> Awaitable[Any]:
        return store.work.run(hand_over, by=COORDINATOR, action="hand_over", returns=NoneType)

    assert await decide(store, look, handing_over) == [1, 0]


async def test_those_decided_together_commit_together_or_not_at_all(store: Store, paths: Documents[CarePath]) -> None:
    several = [a_care_path(f"p{n}") for n in range(5)]
    await stored(store, paths, *several)
    transactions = ReactionTransactions(store.work)

    def calling(path: CarePath, *, then: Act | None = None) -> Reacting[int]:
        async def call(tx: Transaction) -> int:
            before = await paths.get(path.id)
            await paths.save(before.call(), expecting=before.version, tx=tx)
            if then is not None:
                await elsewhere(then)
            return before.calls

        return Reacting(call, "call", None)

    assert await transactions.run_together([calling(path) for path in several]) == [0] * 5
    overtaken = [*(calling(path) for path in several[:4]), calling(several[4], then=closing(store, paths, several[0]))]
    with pytest.raises(Overtaken):
        await transactions.run_together(overtaken)
    with pytest.raises(NotTogether):
        await transactions.run_together([calling(several[1]), calling(several[1])])

    assert [(await paths.get(path.id)).calls for path in several] == [1] * 5


async def test_fifty_writers_of_one_patient_each_lose_about_once(store: Store) -> None:
    paths, path = care_paths(store), a_care_path()
    await stored(store, paths, path)
    tries = 0

    async def call(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        before = await paths.get(path.id)
        await paths.save(before.call(), expecting=before.version, tx=tx)

    await asyncio.gather(*(store.work.run(call, by=COORDINATOR, action="call", returns=NoneType) for _ in range(50)))

    assert (await paths.get(path.id)).calls == 50
    assert tries <= 150
