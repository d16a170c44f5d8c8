"""A store taken into a backup and put back: one moment, the whole of it, and fenced until an operator has finished."""

import asyncio
import io
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient

from careflow_events.fencing import Fence
from careflow_events.lease import LEASE_TTL
from careflow_events.mongo import MongoFences, MongoLeases
from careflow_service.backup.copying import check, put_back, take
from careflow_service.backup.file import BackupBroken, BackupReader, BackupWriter
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.key_lines import Key, KeyKind, KeyLine
from careflow_service.mongo.key_rotation import KeyRotation
from careflow_service.mongo.key_turning import KEYS_LEASE, Turning
from careflow_service.mongo.key_watch import KEY_HOLDERS
from careflow_service.one_shot import NotNow, Stopped
from careflow_service.processes.backup import run_restore
from careflow_service.processes.indexes import indexes_of
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.world import RunningToy

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
KEY = KeyLine(KeyKind.MASTER, b"k" * 96)


async def book(toy: RunningToy) -> int:
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    body = {"patient_id": new_id(), "note": "n", "ends_at": "2030-01-01T00:00:00Z"}
    return (await toy.client.post("/v1/visits", json=body, headers=headers)).status_code


async def contents(toy: RunningToy) -> dict[str, list[dict[str, Any]]]:
    """Everything in the store but the fence."""
    database = toy.process.resources.database
    names = sorted(set(await database.list_collection_names()) - {"_fence"})
    return {name: documents for name in names if (documents := await database[name].find().sort("_id").to_list())}


async def taken(toy: RunningToy, key: KeyLine = KEY) -> bytes:
    out = io.BytesIO()
    writer = BackupWriter(out, service="toy", taken_at=NOW, master=key)
    database = toy.process.resources.database
    await take(database.client, database, writer, stopping=lambda: False)
    return out.getvalue()


def counted(content: bytes) -> dict[str, int]:
    """How many documents of each collection it holds."""
    read = reader(content)
    for _ in read.pieces():
        pass
    return dict(read.counts)


def reader(content: bytes, key: KeyLine = KEY) -> BackupReader:
    return BackupReader(io.BytesIO(content), service="toy", master=key)


async def put(toy: RunningToy, content: bytes, *, stopping: bool = False) -> None:
    indexes = indexes_of(SERVICE)
    database = toy.process.resources.database
    lines = toy.process.resources.keys.lines
    await put_back(database, reader(content), lines=lines, indexes=indexes, at=NOW, stopping=lambda: stopping)


async def fence(toy: RunningToy) -> Fence | None:
    return await MongoFences(toy.process.resources.database).fence()


async def test_a_store_put_back_is_what_it_was_with_its_indexes(toy: RunningToy) -> None:
    await book(toy)
    before = await contents(toy)
    content = await taken(toy)
    await book(toy)

    counts = await check(reader(content), lines=toy.process.resources.keys.lines)
    assert counts == {name: len(documents) for name, documents in before.items()}
    await put(toy, content)

    assert await contents(toy) == before
    assert "by_cause" in await toy.process.resources.database["_audit"].index_information()


async def test_whoever_was_alive_then_is_not_taken_for_alive_now(toy: RunningToy) -> None:
    """Keys would be changed only once they are forgotten: a process that is alive and does not hold the key."""
    holders = toy.process.resources.database[KEY_HOLDERS]
    holder = {"process": "api", "holds": ["master-1"], "writes_with": {}, "seen_at": datetime.now(UTC)}
    await holders.insert_one({"_id": "api@before-1-abcdef", **holder})
    content = await taken(toy)

    await put(toy, content)

    assert counted(content)[KEY_HOLDERS] == 1
    assert await toy.process.resources.keys.holders() == []


async def test_what_is_written_meanwhile_is_not_in_it(toy: RunningToy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a collection that is read before, and not in one that is read after: events and state belong together."""
    await book(toy)
    before = await contents(toy)
    add, database = BackupWriter.add, toy.process.resources.database

    def and_meanwhile(writer: BackupWriter, collection: str, document: bytes) -> None:
        if not writer.counts:
            with MongoClient[dict[str, Any]](toy.world.environment["CAREFLOW_MONGO_URL"]) as somebody:
                for name in before:
                    somebody[database.name][name].insert_one({"_id": "meanwhile"})
        add(writer, collection, document)

    monkeypatch.setattr(BackupWriter, "add", and_meanwhile)
    assert counted(await taken(toy)) == {name: len(documents) for name, documents in before.items()}
    assert {len(documents) for documents in (await contents(toy)).values()} == {
        len(documents) + 1 for documents in before.values()
    }


async def test_the_service_stays_fenced_until_the_restore_is_finished(toy: RunningToy) -> None:
    await put(toy, await taken(toy))
    await toy.process.resources.fence.look()

    shown = (await toy.client.get("/ops/restore", headers=toy.token(Role.OPERATOR))).json()

    assert (shown["fenced_since"] is not None, shown["looked"], shown["filling"]) == (True, False, False)
    assert await book(toy) == 503
    with pytest.raises(NotNow):
        await taken(toy)


async def test_a_store_that_was_not_filled_to_its_end_is_not_finished_but_filled_again(toy: RunningToy) -> None:
    await book(toy)
    before = await contents(toy)
    content = await taken(toy)

    with pytest.raises(Stopped):
        await put(toy, content, stopping=True)

    finish = {**toy.token(Role.OPERATOR), "Idempotency-Key": new_id()}
    refused = await toy.client.post("/ops/restore/finish", json={"dry_run": False}, headers=finish)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_filled")
    assert not await MongoFences(toy.process.resources.database).ask_to_finish()

    await put(toy, content)
    assert (await contents(toy), await MongoFences(toy.process.resources.database).ask_to_finish()) == (before, True)


async def test_while_a_process_works_nothing_is_put_back(toy: RunningToy) -> None:
    content = await taken(toy)
    grant = await MongoLeases(toy.process.resources.database).take("relay", "a-worker", LEASE_TTL)
    assert grant is not None

    with pytest.raises(NotNow, match="lease relay"):
        await put(toy, content)
    assert await fence(toy) is None

    await MongoLeases(toy.process.resources.database).release(grant)
    await put(toy, content)


async def test_a_backup_of_other_keys_is_refused(toy: RunningToy) -> None:
    await book(toy)
    content = await taken(toy)
    others = replace(toy.process.resources.keys.lines, audit=KeyLine(KeyKind.AUDIT, os.urandom(32)))

    with pytest.raises(BackupBroken, match="CAREFLOW_AUDIT_KEY is not the key this database was written with"):
        await check(reader(content), lines=others)


async def test_a_backup_from_before_a_rotation_is_put_back_where_the_keys_of_its_time_are_held(toy: RunningToy) -> None:
    await book(toy)
    resources = toy.process.resources
    lines, old = resources.keys.lines, resources.keys.lines.master
    before, new = old.current_id, os.urandom(96)
    content = await taken(toy, lines.master)
    toy.world.further_keys({"master": [new]})
    await rotated(toy)
    assert lines.master.current_id == Key.of(KeyKind.MASTER, new).id
    await book(toy)

    held = replace(lines, master=KeyLine(KeyKind.MASTER, new))
    with pytest.raises(BackupBroken, match=f"the master key '{before}', which is not held here"):
        await check(reader(content, held.master), lines=held)
    indexes, database = indexes_of(SERVICE), resources.database
    await put_back(database, reader(content, old), lines=lines, indexes=indexes, at=NOW, stopping=lambda: False)
    await resources.keys.proofs.prove()  # as whoever starts behind it

    assert lines.master.current_id == before
    visits = await database["visits"].find().to_list()
    assert [(await toy.process.ports.visits.get(each["_id"])).id for each in visits] == [each["_id"] for each in visits]
    assert len(visits) == 1


async def test_what_a_restore_did_is_signed_with_the_key_of_the_trail_it_put_back(
    toy: RunningToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = toy.process.resources
    content = await taken(toy, resources.keys.lines.master)
    toy.world.further_keys({"audit": [os.urandom(32)]})
    await rotated(toy, KeyKind.AUDIT)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert await run_restore(toy.process, asyncio.Event(), execute=True)

    await resources.keys.proofs.prove()
    entry = await resources.database["_audit"].find_one({"action": "put_back_backup"})
    assert entry is not None
    assert resources.audit.is_genuine(entry)


async def rotated(toy: RunningToy, kind: KeyKind = KeyKind.MASTER) -> None:
    """The new key has taken over."""
    resources = toy.process.resources
    turning = Turning(
        watch=resources.keys,
        audit=resources.audit,
        fence=resources.fence,
        lease=toy.process.lease(KEYS_LEASE),
        stopping=lambda: False,
        say=lambda _: None,
    )
    await KeyRotation(resources.database, resources.vault, turning).rotate(kind)


async def test_whoever_was_erased_since_does_not_come_back(toy: RunningToy) -> None:
    """Not even when the filling is cut short and begun again."""
    resources = toy.process.resources
    await book(toy)
    content = await taken(toy)
    (erased,) = [each["_id"] async for each in resources.database["_owners"].find()]
    await resources.vault.erase(erased)

    with pytest.raises(Stopped):
        await put(toy, content, stopping=True)
    await put(toy, content)

    mark = await resources.database["_owners"].find_one({"_id": erased}) or {}
    assert mark["closing"] == "erased", "what came back is to be destroyed"
    assert await resources.vault.erased(erased)


async def test_a_backup_knows_whoever_was_erased_before_it(toy: RunningToy) -> None:
    await toy.process.resources.vault.erase("p1")
    content = await taken(toy)
    await toy.process.resources.database["_erased"].drop()

    await put(toy, content)

    assert await toy.process.resources.vault.erased("p1")
