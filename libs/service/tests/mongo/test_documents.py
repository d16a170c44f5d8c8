"""Aggregates as documents: what is stored comes back, changes need the version they were decided on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from zoneinfo import ZoneInfo

import pytest
from bson.binary import Binary

from careflow_events.contracts.codes import CareStage
from careflow_events.mongo.unit import SavedUnread
from careflow_service.deadlines import setting_aside
from careflow_service.errors import BodyBroken, DocumentMissing, DocumentTooLarge, StaleVersion
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.mongo.stored import Stored
from careflow_service.testing.commands import CommandLog, collection_scans
from careflow_service.testing.store import MONDAY_NOON
from careflow_service.work import Transaction
from libs.service.tests.clinic import CarePath, a_care_path, private_care_paths
from libs.service.tests.mongo.storing import COORDINATOR, stored

pytestmark = pytest.mark.store


class Unit(StrEnum):
    MILLIGRAM = "mg"


@dataclass(frozen=True, slots=True)
class Dose:
    amount: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Everything:
    """One of each thing a domain is made of."""

    id: str
    born: date
    at: datetime
    opens: time
    lasts: timedelta
    zone: ZoneInfo
    doses: tuple[Dose, ...]
    units: frozenset[Unit]
    by_day: dict[date, tuple[int, ...]]
    nothing: str | None = None
    version: int = 1
    facts: tuple[object, ...] = field(default=(), compare=False)


EVERYTHING = Everything(
    id="e1",
    born=date(1990, 2, 28),
    at=MONDAY_NOON,
    opens=time(8, 30),
    lasts=timedelta(minutes=150),
    zone=ZoneInfo("America/Los_Angeles"),
    doses=(Dose(Decimal("0.50"), Unit.MILLIGRAM), Dose(Decimal("1E+2"), Unit.MILLIGRAM)),
    units=frozenset({Unit.MILLIGRAM}),
    by_day={date(2026, 3, 8): (23, 25)},
)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_everything_a_domain_is_made_of_comes_back(store: Store, encrypted: bool) -> None:
    documents = (
        Documents(store.database, "things", Everything, owner=lambda each: each.id, vault=store.vault)
        if encrypted
        else Documents(store.database, "things", Everything)
    )

    async def work(tx: Transaction) -> None:
        await documents.add(EVERYTHING, tx)

    await store.work.run(work, by=COORDINATOR, action="add", returns=NoneType)

    assert await documents.get("e1") == EVERYTHING


async def test_facts_are_recorded_and_not_stored(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path().reach(CareStage.SCREENING)

    await stored(store, paths, path)

    assert (await paths.get(path.id)).facts == ()
    document = await store.database["care_paths"].find_one({})
    assert document is not None
    assert "facts" not in document["body"]
    assert await store.database["_outbox"].count_documents({}) == 1


async def test_an_encrypted_body_shows_nothing_but_its_open_fields(store: Store) -> None:
    private = private_care_paths(store)
    path = a_care_path()

    await stored(store, private, path)

    document = await store.database["care_paths"].find_one({})
    assert document is not None
    assert document.keys() == {"_id", "version", "guard", "patient_id", "stage", "due_at", "calls", "body"}
    assert isinstance(document["body"], Binary)
    assert b"info_call" not in bytes(document["body"])
    assert await private.get(path.id) == path


async def test_what_is_not_there(paths: Documents[CarePath]) -> None:
    assert await paths.looked.find("nobody") is None
    assert await paths.looked.one(patient_id="nobody") is None
    with pytest.raises(DocumentMissing):
        await paths.get("nobody")


async def test_a_change_decided_on_an_old_version_is_stale(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    async def call(tx: Transaction) -> None:
        await paths.save((await paths.get(path.id)).call(), expecting=1, tx=tx)

    await store.work.run(call, by=COORDINATOR, action="call", returns=NoneType)
    with pytest.raises(StaleVersion):
        await store.work.run(call, by=COORDINATOR, action="call", returns=NoneType)

    assert (await paths.get(path.id)).calls == 1


async def test_saving_what_was_never_read_is_a_mistake_and_changes_nothing(
    store: Store, paths: Documents[CarePath]
) -> None:
    path = a_care_path()
    await stored(store, paths, path)

    async def call(tx: Transaction) -> None:
        await paths.save(path.call(), expecting=1, tx=tx)

    with pytest.raises(SavedUnread):
        await store.work.run(call, by=COORDINATOR, action="call", returns=NoneType)

    assert (await paths.get(path.id)).calls == 0


@pytest.mark.parametrize("claimed", [2, 9])
async def test_a_version_that_does_not_exist_yet_is_stale_too(
    store: Store, paths: Documents[CarePath], claimed: int
) -> None:
    path = a_care_path()

    async def call(tx: Transaction) -> None:
        await paths.add(path, tx)
        await paths.save(path.call(), expecting=claimed, tx=tx)

    with pytest.raises(StaleVersion):
        await store.work.run(call, by=COORDINATOR, action="call", returns=NoneType)


async def test_a_body_over_the_limit_is_refused(store: Store) -> None:
    documents = Documents(store.database, "things", Everything)
    large = replace(EVERYTHING, nothing="x" * 1_100_000)

    async def work(tx: Transaction) -> None:
        await documents.add(large, tx)

    with pytest.raises(DocumentTooLarge):
        await store.work.run(work, by=COORDINATOR, action="add", returns=NoneType)


async def test_a_body_moved_to_another_document_is_not_read(store: Store, paths: Documents[CarePath]) -> None:
    await stored(store, paths, a_care_path("p1"), a_care_path("p2"))
    other = await store.database["care_paths"].find_one({"_id": "p2"})
    assert other is not None
    await store.database["care_paths"].update_one({"_id": "p1"}, {"$set": {"body": other["body"]}})

    with pytest.raises(BodyBroken):
        await paths.get("p1")


async def test_a_plain_body_where_an_encrypted_one_belongs_is_not_read(
    store: Store, paths: Documents[CarePath]
) -> None:
    await stored(store, paths, a_care_path("p1"))

    with pytest.raises(BodyBroken):
        await private_care_paths(store).get("p1")


async def test_a_broken_body_is_reported_without_its_content(store: Store, paths: Documents[CarePath]) -> None:
    await stored(store, paths, a_care_path("p1"))
    await store.database["care_paths"].update_one({"_id": "p1"}, {"$set": {"body.calls": "Jane Doe"}})

    with pytest.raises(BodyBroken) as broken:
        await paths.get("p1")

    assert "calls" in str(broken.value)
    assert "Jane" not in str(broken.value)


async def test_the_earliest_due_is_found_and_what_failed_is_left_out(store: Store, paths: Documents[CarePath]) -> None:
    at = [MONDAY_NOON + timedelta(hours=hours) for hours in range(3)]
    await stored(
        store,
        paths,
        a_care_path("never"),
        a_care_path("late", due_at=at[2]),
        a_care_path("first", due_at=at[0]),
        a_care_path("second", due_at=at[1]),
    )

    assert await paths.earliest("due_at") == (at[0], "first")
    with setting_aside(frozenset({"first"})):
        assert await paths.earliest("due_at") == (at[1], "second")
    with setting_aside(frozenset({"first", "second", "late"})):
        assert await paths.earliest("due_at") is None


async def test_what_is_stored_is_missed_in_the_words_of_its_service(store: Store, paths: Documents[CarePath]) -> None:
    class NoSuchPath(Exception):
        pass

    kept = Stored(paths, NoSuchPath)
    await stored(store, paths, a_care_path("p1"))

    assert (await kept.get("p1")).id == "p1"
    assert await kept.find("p2", of=None) is None
    with pytest.raises(NoSuchPath):
        await kept.get("p2")


async def test_every_query_has_an_index(store: Store, paths: Documents[CarePath], log: CommandLog) -> None:
    path = a_care_path(due_at=datetime(2026, 3, 2, tzinfo=UTC))
    sort = (("calls", -1),)

    async def work(tx: Transaction) -> None:
        await paths.add(path, tx)
        await paths.save(path.call(), expecting=1, tx=tx)

    with log.recording():
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)
        await paths.looked.one(patient_id=path.patient_id)
        with setting_aside(frozenset({"other"})):
            await paths.earliest("due_at")
        await paths.looked.many({"stage": "info_call"}, sort=sort, limit=2, after=paths.cursor(path, sort))

    assert await collection_scans(log, store.database) == []
    await store.database["care_paths"].find_one({"body.calls": 3})
    assert await collection_scans(log, store.database) == ["care_paths {body.calls}"]


async def test_all_means_all_however_many_there_are(store: Store) -> None:
    """More than a store hands over at once."""
    stages = Documents(store.database, "notes", CarePath, owner=lambda path: path.patient_id)
    paths = [replace(a_care_path(f"n-{number:03}"), patient_id="p1") for number in range(250)]
    await stored(store, stages, *paths)
    await stored(store, stages, a_care_path("of-somebody-else"))

    found = await stages.all({"_id": {"$lt": "of"}}, of="p1")

    assert [path.id for path in found] == [path.id for path in paths]
