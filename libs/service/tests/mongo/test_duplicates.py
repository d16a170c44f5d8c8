"""A duplicate key ends the transaction; only the runner hears of it, and it runs the unit once more."""

from types import NoneType

import pytest

from careflow_events.mongo.unit import unit_of_work
from careflow_service.errors import NaturalKeyTaken
from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")
P1 = a_care_path("p1").patient_id


async def add(store: Store, paths: Documents[CarePath], path: CarePath) -> None:
    async def work(tx: Transaction) -> None:
        await paths.add(path, tx)

    await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)


async def test_the_second_run_finds_the_row_that_was_in_the_way(store: Store, paths: Documents[CarePath]) -> None:
    """As when the first run's look-up could not see the row yet."""
    await add(store, paths, a_care_path("p1"))
    looked_up: list[CarePath | None] = []

    async def open_or_find(tx: Transaction) -> str:
        looked_up.append(await paths.looked.one(patient_id=P1) if looked_up else None)
        if looked_up[-1] is not None:
            return "found"
        await paths.add(a_care_path("p1"), tx)
        return "opened"

    committed = await store.work.run(open_or_find, by=COORDINATOR, action="open", returns=str)

    assert committed.value == "found"
    assert len(looked_up) == 2


async def test_a_use_case_that_does_not_look_is_told_which_key_is_taken(
    store: Store, paths: Documents[CarePath]
) -> None:
    await add(store, paths, a_care_path("p1"))
    runs = 0

    async def open_blindly(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        unit_of_work().insert("care_paths", {"_id": "another", "patient_id": P1})

    with pytest.raises(NaturalKeyTaken) as refused:
        await store.work.run(open_blindly, by=COORDINATOR, action="open", returns=NoneType)

    assert runs == 2
    assert (refused.value.collection, refused.value.index) == ("care_paths", "one_care_path_per_patient")
    assert P1 not in str(refused.value)
    assert refused.value.__cause__ is None, "the driver's message quotes the value"
