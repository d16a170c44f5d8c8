"""An erasure: closed with a commit, destroyed after it, in what order and how often ever."""

from collections.abc import Awaitable, Callable
from types import NoneType
from typing import Any

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_events.contracts.feed import EventErased
from careflow_events.envelope import decode
from careflow_service.deadlines import Effect
from careflow_service.errors import ErasureUnderWay, OwnerErased
from careflow_service.identity import Actor, Role
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.erasing import MongoErasing, destroying
from careflow_service.mongo.store import Store
from careflow_service.mongo.vault import ERASED, KEYS
from careflow_service.testing.store import given
from careflow_service.timers.kinds import EffectKind
from careflow_service.timers.turns import Turn
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path, private_care_paths

pytestmark = pytest.mark.store

NURSE = Actor("n-1", frozenset({Role.NURSE}))
SYSTEM = Actor.system("tests")


@pytest.fixture
def paths(store: Store) -> Documents[CarePath]:
    return private_care_paths(store)


def effect(store: Store, forgets: Callable[[str], Awaitable[None]] | None = None) -> Effect[Any]:
    return destroying(store.database, store.vault, service="booking", forgets=forgets)


async def destroy(store: Store, each: Effect[Any] | None = None) -> None:
    """Whatever is to be destroyed by now is."""
    turn = Turn(EffectKind(each or effect(store), ports=None, work=store.work))
    while await turn() == 0:
        pass


async def closed(store: Store, patient_id: str, how: str, *, by: Actor = SYSTEM) -> None:
    async def work(_: Transaction) -> None:
        getattr(MongoErasing(), how)(patient_id)

    await store.work.run(work, by=by, action=how, returns=NoneType)


async def reached(store: Store, paths: Documents[CarePath], path: CarePath, *, by: Actor) -> CarePath:
    """The path goes on, and an event says so."""

    async def work(tx: Transaction) -> CarePath:
        before = await paths.get(path.id, of=path.patient_id)
        after = before.reach(CareStage.SCREENING)
        await paths.save(after, expecting=before.version, tx=tx)
        return after

    return (await store.work.run(work, by=by, action="reach", returns=CarePath)).value


async def test_nobody_writes_about_somebody_whose_erasure_is_asked_for_but_what_was_heard_and_is_due_goes_on(
    store: Store, paths: Documents[CarePath]
) -> None:
    path, other = a_care_path(), a_care_path()
    await given(store, paths, path, other)
    await closed(store, path.patient_id, "close")

    with pytest.raises(ErasureUnderWay):
        await reached(store, paths, path, by=NURSE)
    assert (await reached(store, paths, path, by=SYSTEM)).version == 2
    assert (await reached(store, paths, other, by=NURSE)).version == 2
    assert (await paths.get(path.id)).version == 2, "whoever looks is answered"


async def test_a_declined_erasure_leaves_everything_as_it_was(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await given(store, paths, path)
    await closed(store, path.patient_id, "close")
    await closed(store, path.patient_id, "open")

    assert (await reached(store, paths, path, by=NURSE)).version == 2
    await destroy(store)
    assert (await paths.get(path.id)).version == 2


async def test_whoever_is_erased_leaves_ids_and_numbers_and_nobody_writes_about_them_again(
    store: Store, paths: Documents[CarePath]
) -> None:
    path, other = a_care_path(), a_care_path()
    await given(store, paths, path, other)
    await reached(store, paths, path, by=NURSE)
    await reached(store, paths, other, by=NURSE)
    await closed(store, path.patient_id, "erase")

    with pytest.raises(OwnerErased):
        await reached(store, paths, path, by=SYSTEM)
    await destroy(store)

    assert [each.id for each in await paths.looked.many({}, limit=10)] == [other.id]
    assert await store.database[KEYS].count_documents({"keyAltNames": path.patient_id}) == 0
    rows = {row["stream"]: row async for row in store.database["_outbox"].find()}
    said = rows[f"careflow.booking.v1/patient:{path.patient_id}"]
    event = decode(said["record"], said["headers"])
    assert (event.type, event.id, event.sequence) == (EventErased.type(), said["_id"], 1)
    assert event.data == {"patient_id": path.patient_id}
    kept = rows[f"careflow.booking.v1/patient:{other.patient_id}"]
    assert decode(kept["record"], kept["headers"]).data["to"] == "screening"
    with pytest.raises(OwnerErased):
        await given(store, paths, CarePath(id="anew", patient_id=path.patient_id, stage=CareStage.INQUIRY))
    with pytest.raises(OwnerErased):
        await paths.get(path.id, of=path.patient_id)


@pytest.mark.parametrize("step", ["forgets", "forget", "strip", "erase", "settle"])
async def test_a_kill_after_any_step_is_gone_on_with(store: Store, paths: Documents[CarePath], step: str) -> None:
    class Killed(Exception):
        pass

    path = a_care_path()
    await given(store, paths, path)
    await reached(store, paths, path, by=NURSE)
    await closed(store, path.patient_id, "erase")
    killed = effect(store)
    with pytest.MonkeyPatch.context() as patched:

        async def dies(*_: object) -> None:
            raise Killed

        if step in {"forget", "erase"}:
            patched.setattr(store.vault, step, dies)
        if step == "strip":
            patched.setattr("careflow_events.mongo.MongoErasure.strip", dies)
        if step == "forgets":
            killed = effect(store, dies)
        if step == "settle":
            await killed.perform(path.patient_id, None)
        else:
            with pytest.raises(Killed):
                await killed.perform(path.patient_id, None)

    await destroy(store)

    assert await store.database["care_paths"].count_documents({}) == 0
    assert await store.database[ERASED].count_documents({"_id": path.patient_id}) == 1
    assert (await store.database["_owners"].find_one({"_id": path.patient_id}) or {})["closing"] == "destroyed"
    said = await store.database["_outbox"].find_one({"sequence": 1}) or {}
    assert decode(said["record"], said["headers"]).type == EventErased.type()


async def test_what_is_encrypted_must_be_found_by_whose_it_is(store: Store) -> None:
    lost = private_care_paths(store, blind=("stage",))

    with pytest.raises(ValueError, match="patient_id"):
        await given(store, lost, a_care_path())
