"""One key of the blind index follows another while the service works: everything is found, what is unique stays so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from types import NoneType
from typing import Any

import pytest
from pymongo import IndexModel

from careflow_events.contracts.codes import CareStage
from careflow_service.errors import LimitReached, NaturalKeyTaken
from careflow_service.identity import Actor, RequestKey
from careflow_service.limits import Limit
from careflow_service.mongo import key_needs
from careflow_service.mongo.blinding import HASHED_WITH
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.indexes import ensure_indexes
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.mongo.key_turning import Step
from careflow_service.mongo.store import Store
from careflow_service.one_shot import Stopped
from careflow_service.pages.links import Signed
from careflow_service.work import Committed, Transaction
from libs.service.tests.clinic import INDEXES, CarePath, a_care_path, private_care_paths
from libs.service.tests.mongo.rotating import Service, lives_with, refused, until
from libs.service.tests.mongo.storing import stored

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("hurried")]

BLIND = KeyKind.BLIND_INDEX
BLIND_FIELDS = ("patient_id", "stage")
MANY = [a_care_path(f"path-{number:02}") for number in range(8)]
SOMEBODY = Actor.system("tests")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for requests that may come again."""
    monkeypatch.setattr(key_needs, "KEPT_FOR", timedelta(seconds=-1))


class Clinic:
    """A process with care paths, found by whose they are and by their stage."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.paths: Documents[CarePath] = private_care_paths(store, blind=BLIND_FIELDS)

    async def add(self, *paths: CarePath) -> None:
        await stored(self.store, self.paths, *paths)

    async def finds(self, *paths: CarePath) -> bool:
        """By whom each is about, and all of them by their stage."""
        by_stage = await self.paths.looked.many({"stage": "info_call"}, limit=50)
        each = [await self.paths.looked.one(patient_id=path.patient_id) for path in paths]
        return each == list(paths) and {path.id for path in by_stage} >= {path.id for path in paths}

    async def hashes(self) -> set[int]:
        """How many hashes documents have of whom they are about."""
        documents = await self.store.database["care_paths"].find().to_list()
        return {len(each["patient_id"]) if isinstance(each["patient_id"], list) else 1 for each in documents}


async def clinic(service: Service, *, watching: bool = False) -> Clinic:
    store = await service.process(watching=watching)
    await ensure_indexes(store.database, [INDEXES[0], INDEXES[1]])
    return Clinic(store)


async def test_what_was_written_before_meanwhile_and_after_is_found_with_the_new_key_alone(
    service: Service, at_once: None
) -> None:
    before, meanwhile, after = MANY[:6], MANY[6], MANY[7]
    one = await clinic(service)
    await one.add(*before)
    new = service.files.add(BLIND)
    said: list[Step] = []

    done = await service.rotation(one.store, said=said).rotate(BLIND)
    assert (done.to, done.to_hash, [step.hashed for step in said]) == (new, 6, [3, 6])
    await one.add(meanwhile)
    assert await one.hashes() == {2}
    assert await one.finds(*before, meanwhile)

    assert await service.rotation(one.store).retire(BLIND, done.before)
    await one.add(after)
    assert await one.hashes() == {1}
    service.files.drop_first(BLIND)
    assert await (await clinic(service)).finds(*MANY)
    marks = await one.store.database["care_paths"].distinct(HASHED_WITH)
    assert marks == [new]
    assert not await service.rotation(one.store).retire(BLIND, done.before), "there is nothing left of it"


async def test_a_process_that_has_not_heard_of_the_turn_finds_what_others_write_and_is_found(service: Service) -> None:
    one, behind = await clinic(service), await clinic(service)
    service.files.add(BLIND)
    await behind.store.keys.look()

    await service.rotation(one.store).rotate(BLIND)
    await one.add(*MANY[:2])
    await behind.add(*MANY[2:4])

    assert await behind.finds(*MANY[:4])
    assert await one.finds(*MANY[:4])


async def test_a_process_that_has_not_heard_that_the_older_key_is_retired_finds_and_is_found(
    service: Service, at_once: None
) -> None:
    one, behind = await clinic(service), await clinic(service)
    await one.add(*MANY[:2])
    service.files.add(BLIND)
    before = (await service.rotation(one.store).rotate(BLIND)).before
    await behind.store.keys.look()

    await service.rotation(one.store).retire(BLIND, before)
    await one.add(*MANY[2:4])
    await behind.add(*MANY[4:6])

    assert await behind.finds(*MANY[:6])
    assert await one.finds(*MANY[:6])


@pytest.mark.parametrize("step", ["the turn", "the end"])
async def test_two_of_the_same_written_with_different_keys_are_still_a_conflict(
    service: Service, at_once: None, step: str
) -> None:
    """The index alone decides: each of them believes to be the first, as two who write at the same moment do."""
    one, behind = await clinic(service), await clinic(service)
    service.files.add(BLIND)
    await behind.store.keys.look()
    before = (await service.rotation(one.store).rotate(BLIND)).before
    if step == "the end":
        await behind.store.keys.look()
        await service.rotation(one.store).retire(BLIND, before)
    for number, (first, second) in enumerate([(one, behind), (behind, one)]):
        path = MANY[number]
        await first.add(path)
        twin = CarePath(id=f"twin-{number}", patient_id=path.patient_id, stage=CareStage.INFO_CALL)
        with pytest.raises(NaturalKeyTaken):
            await second.add(twin)


async def test_a_rotation_cut_short_leaves_everything_found_and_goes_on(service: Service, at_once: None) -> None:
    one = await clinic(service)
    await one.add(*MANY)
    service.files.add(BLIND)
    said: list[Step] = []
    with pytest.raises(Stopped):
        await service.rotation(one.store, said=said, stopping=lambda: len(said) == 2).rotate(BLIND)

    assert await one.hashes() == {1, 2}
    assert await one.finds(*MANY)
    again = await clinic(service)
    assert await again.finds(*MANY)
    before = again.store.keys.lines.blind_index.turns[0].key
    async with refused(f"{before} is still needed: 2 documents of care_paths are found by it alone"):
        await service.rotation(again.store).retire(BLIND, before)
    plan = await service.rotation(again.store).plan(BLIND)
    assert (plan.to, plan.to_hash) == (None, 2)
    await service.rotation(again.store).rotate(BLIND)
    assert await again.hashes() == {2}

    said.clear()
    with pytest.raises(Stopped):
        await service.rotation(again.store, said=said, stopping=lambda: len(said) == 1).retire(BLIND, before)
    assert await again.finds(*MANY)
    (retired,) = [each for each in await service.rotation(again.store).listed() if each.state == "retired"]
    assert retired.needed_by == ["5 documents of care_paths still have its hashes"]
    assert await service.rotation(again.store).retire(BLIND, before), "what is left is removed"
    assert await again.hashes() == {1}


async def test_processes_that_work_meanwhile_find_what_they_write_and_change(service: Service, at_once: None) -> None:
    working, operator = await clinic(service, watching=True), await clinic(service)
    await working.add(*MANY)
    new = service.files.add(BLIND)
    await until(lambda: lives_with(operator.store, new))
    working_on, written = True, list(MANY)

    async def work() -> None:
        while working_on:
            path = a_care_path(f"meanwhile-{len(written)}")
            await working.add(path)
            written.append(path)
            assert await working.finds(*written[-3:])

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await asyncio.sleep(0)
        before = (await service.rotation(operator.store).rotate(BLIND)).before
        await service.rotation(operator.store).retire(BLIND, before)
        working_on = False

    assert await operator.finds(*written)


async def test_one_that_changes_a_document_meanwhile_is_right(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await clinic(service)
    await one.add(*MANY[:3])
    service.files.add(BLIND)
    loaded, changed = one.paths.looked.all_loaded, set[str]()

    async def and_they_are_changed(documents: Sequence[dict[str, Any]]) -> list[CarePath]:
        paths = await loaded(documents)
        for path in paths:
            if path.id not in changed:
                changed.add(path.id)
                await _called(one, path)
        return paths

    monkeypatch.setattr(one.paths.looked, "all_loaded", and_they_are_changed)
    await service.rotation(one.store).rotate(BLIND)

    found = [await one.paths.looked.one(patient_id=path.patient_id) for path in MANY[:3]]
    assert [path and path.calls for path in found] == [1, 1, 1]
    assert await one.hashes() == {2}


async def _called(one: Clinic, path: CarePath) -> None:
    async def call(tx: Transaction) -> None:
        read = await one.paths.get(path.id, of=path.patient_id)
        await one.paths.save(read.call(), expecting=read.version, tx=tx)

    await one.store.work.run(call, by=SOMEBODY, action="call", returns=NoneType)


async def test_an_erasure_meanwhile_reaches_what_has_both_hashes(service: Service) -> None:
    one, behind = await clinic(service), await clinic(service)
    await one.add(*MANY[:2])
    service.files.add(BLIND)
    await service.rotation(one.store).rotate(BLIND)

    await behind.store.vault.erase(MANY[0].patient_id)
    await behind.store.vault.forget(MANY[0].patient_id)
    await one.store.vault.forget(MANY[1].patient_id)

    assert await one.store.database["care_paths"].count_documents({}) == 0


async def test_a_request_that_comes_again_takes_effect_once_whichever_key_it_meets(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, behind = await clinic(service), await clinic(service)
    service.files.add(BLIND)
    await behind.store.keys.look()
    requests = [RequestKey(f"tests POST {number}", "body") for number in range(4)]

    async def ask(who: Clinic, request: RequestKey) -> Committed[str]:
        async def work(_: Transaction) -> str:
            return "done"

        return await who.store.work.run(work, by=SOMEBODY, action="ask", returns=str, request=request)

    await ask(behind, requests[0])
    before = (await service.rotation(one.store).rotate(BLIND)).before
    await ask(one, requests[1])
    await ask(behind, requests[2])
    repeated = [(await ask(who, request)).repeated for request in requests[:3] for who in (one, behind)]
    assert repeated == [True] * 6

    async with refused("requests that were sent before may come again until"):
        await service.rotation(one.store).retire(BLIND, before)
    monkeypatch.setattr(key_needs, "KEPT_FOR", timedelta(seconds=-1))
    await behind.store.keys.look()
    await service.rotation(one.store).retire(BLIND, before)
    await ask(one, requests[3])
    assert (await ask(behind, requests[3])).repeated


async def test_a_limit_goes_on_across_the_turn(service: Service) -> None:
    one = await clinic(service)
    limit = Limit("tests", 2, timedelta(hours=1))
    await _taken(one, limit)
    service.files.add(BLIND)
    await service.rotation(one.store).rotate(BLIND)
    await _taken(one, limit)
    with pytest.raises(LimitReached):
        await _taken(one, limit)


async def _taken(one: Clinic, limit: Limit) -> None:
    async def work(_: Transaction) -> None:
        await one.store.limits.take((limit, "somebody"))

    await one.store.work.run(work, by=SOMEBODY, action="take", returns=NoneType)


async def test_a_link_that_was_sent_leads_in_until_its_key_is_retired(service: Service, at_once: None) -> None:
    one, behind = await clinic(service), await clinic(service)
    links, theirs = Signed(one.store.blind_index, "link"), Signed(behind.store.blind_index, "link")
    sent = links.sign("some.id")
    service.files.add(BLIND)
    await behind.store.keys.look()

    before = (await service.rotation(one.store).rotate(BLIND)).before
    assert links.read(sent) == theirs.read(links.sign("some.id")) == "some.id"
    assert links.sign("some.id") != sent
    await service.rotation(one.store).retire(BLIND, before)
    assert (links.read(sent), links.read(links.sign("some.id"))) == (None, "some.id")
    assert links.read(sent.replace("some", "other")) is None


async def test_a_second_turn_waits_for_the_end_of_the_first(service: Service, at_once: None) -> None:
    one = await clinic(service)
    service.files.add(BLIND)
    before = (await service.rotation(one.store).rotate(BLIND)).before
    third = service.files.add(BLIND)
    async with refused(f"{before} is not retired yet"):
        await service.rotation(one.store).rotate(BLIND)
    await service.rotation(one.store).retire(BLIND, before)
    assert (await service.rotation(one.store).rotate(BLIND)).to == third


async def test_an_index_over_two_blind_fields_is_refused_before_anything_happens(service: Service) -> None:
    one = await clinic(service)
    await one.add(MANY[0])
    await ensure_indexes(one.store.database, [("care_paths", IndexModel(["patient_id", "stage"], name="both"))])
    new = service.files.add(BLIND)

    async with refused("care_paths.both names two blind fields"):
        await service.rotation(one.store).rotate(BLIND)

    assert one.store.keys.lines.blind_index.current_id != new
