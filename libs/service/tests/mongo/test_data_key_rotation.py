"""One generation of data keys follows another while the service works: everything stays readable, what was copied of
the older keys opens nothing any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import NoneType
from typing import Any

import pytest
from bson.binary import Binary

from careflow_service.errors import OwnerErased
from careflow_service.identity import Actor
from careflow_service.mongo import data_key_rotation, key_watch
from careflow_service.mongo.data_key_rotation import DataKeyRotation
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.generation import KEY_GENERATION
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.mongo.key_turning import Step
from careflow_service.mongo.key_vault import generation_of, key_id_of
from careflow_service.mongo.key_watch import KEY_HOLDERS
from careflow_service.mongo.store import Store
from careflow_service.mongo.vault import KEYS, Apart, key_id_in
from careflow_service.one_shot import Stopped
from careflow_service.testing.rotating import data_key_rotation_of
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path, private_care_paths
from libs.service.tests.mongo.rotating import Service, refused, until
from libs.service.tests.mongo.storing import stored

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("hurried")]

MANY = [a_care_path(f"path-{number:02}") for number in range(8)]
PAUSE = 0.1
"""Seconds between two who write: a pass over three documents at a time ends before the next three are there."""
SOMEBODY = Actor.system("tests")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for what may be written late."""
    monkeypatch.setattr(data_key_rotation, "SETTLED_AFTER", timedelta(seconds=-1))


class Clinic:
    """A process with care paths, encrypted."""

    def __init__(self, store: Store, paths: Documents[CarePath]) -> None:
        self.store = store
        self.paths = paths

    @classmethod
    async def of(cls, service: Service, *, watching: bool = False) -> Clinic:
        store = await service.process(watching=watching)
        return cls(store, private_care_paths(store))

    async def add(self, *paths: CarePath) -> None:
        await stored(self.store, self.paths, *paths)

    async def reads(self, *paths: CarePath) -> bool:
        return [await self.paths.looked.find(path.id) for path in paths] == list(paths)

    async def generations(self) -> dict[int, int]:
        """How many bodies are encrypted with keys of which generation."""
        return dict(Counter(generation_of(key_id_in(body)) for body in await self.bodies()))

    async def bodies(self) -> list[Binary]:
        return [Binary(each["body"], 6) async for each in self.store.database["care_paths"].find()]

    def rotation(self, said: list[Step] | None = None, **more: Any) -> DataKeyRotation:
        return data_key_rotation_of(self.store, said=said, **more)


async def test_everything_is_encrypted_anew_and_the_older_keys_are_destroyed(service: Service, at_once: None) -> None:
    one = await Clinic.of(service)
    await one.add(*MANY[:6])
    copied = await one.bodies()
    said: list[Step] = []

    done = await one.rotation(said).rotate()
    assert (done.before, done.to, done.to_encrypt) == ("1", "2", 6)
    assert [(step.encrypted, step.of) for step in said] == [(3, 6), (6, 6)]
    await one.add(*MANY[6:])
    assert await one.generations() == {2: 8}
    assert await one.store.vault.decrypt(copied[0]), "the older key is there until it is retired"

    assert await one.rotation().retire("1")
    assert {generation_of(each["_id"]) async for each in one.store.database[KEYS].find()} == {2}
    another = await Clinic.of(service)
    assert await another.reads(*MANY)
    with pytest.raises(OwnerErased):
        await another.store.vault.decrypt(copied[0])
    assert not await one.rotation().retire("1"), "there is nothing left of it"


async def test_a_rotation_cut_short_leaves_everything_readable_and_goes_on(service: Service, at_once: None) -> None:
    one = await Clinic.of(service)
    await one.add(*MANY)
    said: list[Step] = []
    with pytest.raises(Stopped):
        await one.rotation(said, stopping=lambda: len(said) == 2).rotate()

    again = await Clinic.of(service)
    assert await again.generations() == {1: 2, 2: 6}
    assert await again.reads(*MANY)
    async with refused("1 is still needed: 2 documents"):
        await again.rotation().retire("1")
    plan = await again.rotation().plan()
    assert (plan.to, plan.to_encrypt) == (None, 2)
    await again.rotation().rotate()
    assert await again.generations() == {2: 8}
    async with refused("1 is not retired yet"):
        await again.rotation().rotate()


@pytest.mark.thorough
async def test_what_one_that_has_not_heard_of_it_writes_is_read_by_everybody(service: Service) -> None:
    one, behind = await Clinic.of(service), await Clinic.of(service)
    await one.rotation().rotate()
    await one.add(*MANY[:2])
    await behind.add(*MANY[2:4])

    assert await one.generations() == {1: 2, 2: 2}
    assert await one.reads(*MANY[:4])
    assert await behind.reads(*MANY[:4])
    assert (await one.rotation().rotate()).to_encrypt == 2
    assert await one.generations() == {2: 4}


@pytest.mark.thorough
async def test_processes_that_work_meanwhile_lose_nothing(
    service: Service, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_watch, "SAY_AGAIN_SECONDS", 0.2)
    working, operator = await Clinic.of(service, watching=True), await Clinic.of(service)
    await working.add(*MANY)
    await until(lambda: _alive(operator))
    working_on, written = True, list(MANY)

    async def work() -> None:
        while working_on:
            path = a_care_path(f"meanwhile-{len(written)}")
            await working.add(path)
            written.append(path)
            await _called(working, MANY[0])
            assert await working.reads(*written[-3:])
            await asyncio.sleep(PAUSE)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await asyncio.sleep(3 * PAUSE)
        before = (await operator.rotation().rotate()).before
        working_on = False
    assert set(await operator.generations()) == {2}
    await operator.rotation().retire(before)
    another = await Clinic.of(service)
    assert await another.reads(*written[1:])


@pytest.mark.thorough
async def test_one_that_changes_a_document_meanwhile_is_right(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, behind = await Clinic.of(service), await Clinic.of(service)
    await one.add(*MANY[:3])
    loaded, changed = one.paths.looked.all_loaded, set[str]()

    async def and_they_are_changed(documents: Sequence[dict[str, Any]]) -> list[CarePath]:
        paths = await loaded(documents)
        for path in paths:
            if path.id not in changed:
                changed.add(path.id)
                await _called(behind, path)
        return paths

    monkeypatch.setattr(one.paths.looked, "all_loaded", and_they_are_changed)
    await one.rotation().rotate()

    found = [await one.paths.looked.find(path.id) for path in MANY[:3]]
    assert [path and path.calls for path in found] == [1, 1, 1]
    assert await one.generations() == {2: 3}, "the second time through"


async def test_an_erasure_reaches_the_keys_of_every_generation_also_by_one_that_has_not_heard(service: Service) -> None:
    one, behind = await Clinic.of(service), await Clinic.of(service)
    gone, stays = MANY[0].patient_id, MANY[1].patient_id
    apart = await one.store.vault.encrypt(gone, b"a dream", apart=Apart.PSYCHOTHERAPY_NOTES)
    await one.add(*MANY[:2])
    await one.rotation().rotate()

    await behind.store.vault.erase(gone)

    assert await one.store.database[KEYS].distinct("keyAltNames") == [stays]
    for who in (behind, await Clinic.of(service)):  # what another process has in memory it forgets within a minute
        with pytest.raises(OwnerErased):
            await who.store.vault.encrypt(gone, b"again")
        with pytest.raises(OwnerErased):
            await who.store.vault.decrypt(apart)
    assert await one.reads(MANY[1])


@pytest.mark.thorough
async def test_somebody_erased_meanwhile_is_left_alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await Clinic.of(service)
    await one.add(*MANY[:3])
    loaded = one.paths.looked.all_loaded

    async def and_one_is_erased(documents: Sequence[dict[str, Any]]) -> list[CarePath]:
        paths = await loaded(documents)
        await one.store.vault.erase(MANY[1].patient_id)
        return paths

    monkeypatch.setattr(one.paths.looked, "all_loaded", and_one_is_erased)
    await one.rotation().rotate()

    assert await one.reads(MANY[0], MANY[2])
    assert await one.store.database[KEYS].count_documents({"keyAltNames": MANY[1].patient_id}) == 0


async def test_generations_are_listed_by_what_is_left_of_them(service: Service, at_once: None) -> None:
    one = await Clinic.of(service)
    await one.add(*MANY[:2])
    assert [(each.key, each.state) for each in await one.rotation().listed()] == [("1", "current")]
    await one.rotation().rotate()
    assert [(each.key, each.state, list(each.needed_by)) for each in await one.rotation().listed()] == [
        ("1", "older", ["2 data keys are of it"]),
        ("2", "current", []),
    ]


def test_the_id_of_a_key_tells_its_generation_and_is_nobody_elses() -> None:
    ids = {generation: key_id_of("p1", generation) for generation in (1, 2, 3, 70_000)}
    assert {generation: generation_of(key) for generation, key in ids.items()} == {each: each for each in ids}
    assert key_id_of("p1") == ids[1]
    assert ids[2] != key_id_of("p2", 2)


async def test_the_older_keys_are_kept_until_nothing_can_be_written_late(service: Service) -> None:
    one = await Clinic.of(service)
    await one.add(MANY[0])
    await one.rotation().rotate()
    async with refused("may be written late until"):
        await one.rotation().retire("1")
    for generation in ("2", "3", "0", "one"):
        async with refused("2 is the current generation" if generation == "2" else f"no generation {generation}"):
            await one.rotation().retire(generation)


@pytest.mark.thorough
async def test_what_no_part_of_the_service_knows_of_keeps_the_keys(service: Service, at_once: None) -> None:
    one = await Clinic.of(service)
    await one.add(MANY[0])
    (body,) = await one.bodies()
    await one.store.database["unheard_of"].insert_one({"_id": "u", "body": body})
    await one.rotation().rotate()

    async with refused("1 is still needed: 1 documents"):
        await one.rotation().retire("1")


async def test_a_process_that_knows_no_generations_stands_in_the_way(service: Service) -> None:
    one = await Clinic.of(service, watching=True)
    await until(lambda: _alive(one))
    await one.store.database[KEY_HOLDERS].update_many({}, {"$unset": {"writes_with.data": ""}})

    async with refused("know no generations of data keys yet", "tests@"):
        await one.rotation().rotate()
    assert await one.store.database[KEY_GENERATION].count_documents({}) == 0


@pytest.mark.thorough
async def test_of_two_operators_one_begins_it(service: Service) -> None:
    one, other = await Clinic.of(service), await Clinic.of(service)
    await one.add(*MANY)
    outcomes = await asyncio.gather(*(each.rotation().rotate() for each in (one, other)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["NotNow", "Rotation"]
    assert await one.generations() == {2: 8}


@pytest.mark.thorough
async def test_a_master_key_that_follows_meanwhile_wraps_both_generations(service: Service) -> None:
    one = await Clinic.of(service)
    await one.add(*MANY[:3])
    await one.rotation().rotate()
    new = service.files.add(KeyKind.MASTER)
    before = (await service.rotation(one.store).rotate(KeyKind.MASTER)).before
    await service.rotation(one.store).retire(KeyKind.MASTER, before)

    assert await service.providers(one.store) == {new}
    service.files.drop_first(KeyKind.MASTER)
    assert await (await Clinic.of(service)).reads(*MANY[:3])


async def _alive(one: Clinic) -> bool:
    return bool(await one.store.keys.holders())


async def _called(one: Clinic, path: CarePath) -> None:
    async def call(tx: Transaction) -> None:
        read = await one.paths.get(path.id, of=path.patient_id)
        await one.paths.save(read.call(), expecting=read.version, tx=tx)

    await one.store.work.run(call, by=SOMEBODY, action="call", returns=NoneType)
