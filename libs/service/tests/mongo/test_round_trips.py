"""What a command says to the store, one line a round trip. It does not depend on the machine, so it is pinned."""

from dataclasses import dataclass

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.identity import Actor, RequestKey
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import given
from careflow_service.work import Committed, Transaction
from libs.service.tests.clinic import CarePath, a_care_path, private_care_paths

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")
REQUEST = RequestKey("tests POST 1", "f")


@dataclass(frozen=True, slots=True)
class Reached:
    version: int


@pytest.fixture
async def path(store: Store, paths: Documents[CarePath]) -> CarePath:
    path = a_care_path()
    await given(store, paths, path)
    return path


async def reach_screening(store: Store, paths: Documents[CarePath], path: CarePath) -> Committed[Reached]:
    async def work(tx: Transaction) -> Reached:
        before = await paths.get(path.id)
        after = before.reach(CareStage.SCREENING)
        await paths.save(after, expecting=before.version, tx=tx)
        return Reached(after.version)

    return await store.work.run(work, by=COORDINATOR, action="reach", returns=Reached, request=REQUEST)


async def test_a_command_that_changes_one_document_and_says_one_thing(
    store: Store, paths: Documents[CarePath], path: CarePath, log: CommandLog
) -> None:
    with log.recording():
        await reach_screening(store, paths, path)

    assert log.round_trips == [
        "find care_paths",
        "find _owners",
        "bulkWrite: update _owners, insert _outbox, insert _idempotency, insert _audit, update care_paths",
        "commitTransaction",
    ]


async def test_its_repeat(store: Store, paths: Documents[CarePath], path: CarePath, log: CommandLog) -> None:
    await reach_screening(store, paths, path)

    with log.recording():
        await reach_screening(store, paths, path)

    assert log.round_trips[-1] == "find _idempotency"
    assert "commitTransaction" not in log.round_trips


async def test_encryption_adds_none_once_the_patients_key_is_known(store: Store, log: CommandLog) -> None:
    private = private_care_paths(store)
    path = a_care_path()
    await given(store, private, path)

    with log.recording():
        await private.get(path.id)

    assert log.round_trips == ["find care_paths"]


async def test_a_page_of_several_patients_asks_for_all_their_keys_at_once_and_not_again(
    store: Store, log: CommandLog
) -> None:
    private = private_care_paths(store)
    written = [a_care_path() for _ in range(5)]
    await given(store, private, *written)
    await store.vault.erase("somebody else")  # after which a process has no key in memory

    with log.recording():
        assert len(await private.looked.many({}, limit=50)) == 5
    assert log.round_trips == ["find care_paths", "find _keys"]

    with log.recording():
        assert len(await private.looked.many({}, limit=50)) == 5
    assert log.round_trips == ["find care_paths"]
