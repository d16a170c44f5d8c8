"""A service whose store was put back from a copy can be read and changes nothing, until an operator lets it go on."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from careflow_events.fencing import Fence
from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoFences, MongoLeases
from careflow_events.outbox import OutboxRow
from careflow_events.testing.builders import a_record, an_event
from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo import fence
from libs.service.tests.toy.world import RunningToy

FINISH = "/ops/restore/finish"
AT_REST = {"orphans": 0, "streams": 0, "finishing": False, "looked": True, "filling": False}


async def fenced(toy: RunningToy) -> MongoFences:
    """The worker has found two events it does not know."""
    fences = MongoFences(toy.process.resources.database)
    await fences.put_up(Fence(wall_clock(), orphans=2, streams=1))
    await toy.process.resources.fence.look()
    return fences


async def book(toy: RunningToy) -> httpx.Response:
    return await toy.client.post(
        "/v1/visits",
        json={"patient_id": new_id(), "note": "n", "ends_at": "2026-12-01T12:00:00Z"},
        headers={**toy.token(Role.NURSE), "Idempotency-Key": new_id()},
    )


async def asked(toy: RunningToy) -> dict[str, Any]:
    response = await toy.client.get("/ops/restore", headers=toy.token(Role.OPERATOR))
    found: dict[str, Any] = response.json()
    return found


async def finish(toy: RunningToy, **body: Any) -> httpx.Response:
    headers = {**toy.token(Role.OPERATOR, subject="olga"), "Idempotency-Key": new_id()}
    return await toy.client.post(FINISH, json=body, headers=headers)


async def test_a_fenced_service_is_read_and_not_changed(toy: RunningToy) -> None:
    visit = (await book(toy)).json()["id"]
    await fenced(toy)

    refused = await book(toy)

    assert (refused.status_code, refused.json()["code"]) == (503, "fenced")
    read = await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE))
    assert read.status_code == 200


async def test_a_fenced_service_is_not_ready(toy: RunningToy) -> None:
    await fenced(toy)

    ready = await toy.client.get("/health/ready")

    assert (ready.status_code, ready.json()["checks"]["not_fenced"]) == (503, False)


async def test_it_goes_on_when_the_fence_is_gone(toy: RunningToy) -> None:
    fences = await fenced(toy)
    await fences.take_down()
    await toy.process.resources.fence.look()

    assert (await book(toy)).status_code == 201


async def test_an_operator_sees_what_was_forgotten_and_finishes_the_restore(toy: RunningToy) -> None:
    assert await asked(toy) == {**AT_REST, "fenced_since": None}
    assert (await finish(toy)).json()["code"] == "not_fenced"
    fences = await fenced(toy)
    found = await asked(toy)
    assert datetime.fromisoformat(found.pop("fenced_since")) <= wall_clock()
    assert found == {**AT_REST, "orphans": 2, "streams": 1}

    tried = await finish(toy)
    assert (tried.status_code, tried.json()["finishing"]) == (200, False)
    done = await finish(toy, dry_run=False)
    assert (done.status_code, done.json()["finishing"]) == (200, True)

    fence = await fences.fence()
    assert fence is not None
    assert fence.finishing
    entry = await toy.process.resources.database["_audit"].find_one({"action": "finish_restore"})
    assert entry is not None
    assert entry["actor"] == "olga"


async def test_orphans_are_listed_by_their_names(toy: RunningToy) -> None:
    database = toy.process.resources.database
    grant = await HeldLease(MongoLeases(database), "relay", "w").hold()
    assert grant is not None
    events = [an_event(1), an_event(2)]
    await MongoFences(database).adopt([orphan(event) for event in events], grant, wall_clock())

    page = await toy.client.get("/ops/restore/orphans?limit=1", headers=toy.token(Role.OPERATOR))

    (first,) = page.json()["items"]
    assert (first["id"], first["type"], first["sequence"]) == (events[0].id, events[0].type, 1)
    assert page.json()["next"] == events[0].id
    rest = await toy.client.get(
        "/ops/restore/orphans", params={"after": events[0].id}, headers=toy.token(Role.OPERATOR)
    )
    assert [each["sequence"] for each in rest.json()["items"]] == [2]


async def test_orphans_are_counted_by_the_store_however_many_there_are(toy: RunningToy) -> None:
    database = toy.process.resources.database
    grant = await HeldLease(MongoLeases(database), "relay", "w").hold()
    assert grant is not None
    for patient in (1, 2, 3):
        events = [an_event(number, patient=patient) for number in range(1, 1 + patient)]
        rows = [orphan(replace(event, id=new_id())) for event in events]
        await MongoFences(database).adopt(rows, grant, wall_clock())
    kind = events[0].type
    await database["_outbox"].update_many({"orphan": True, "sequence": 1}, {"$unset": {"type": ""}})  # as of before

    async def counted(**asked: Any) -> tuple[list[dict[str, Any]], str | None]:
        page = await toy.client.get("/ops/restore/orphans/counts", params=asked, headers=toy.token(Role.OPERATOR))
        return page.json()["items"], page.json()["next"]

    ((by_type,), _) = await counted()
    assert (by_type["name"], by_type["events"], by_type["streams"]) == (kind, 6, 3)
    assert by_type["types"] == {kind: 6}
    streams, following = await counted(by="stream", limit=2)
    rest, end = await counted(by="stream", limit=2, after=following)
    assert [(each["events"], each["types"]) for each in (*streams, *rest)] == [(n, {kind: n}) for n in (1, 2, 3)]
    assert (end, streams[0]["first"] <= streams[0]["last"]) == (None, True)


def orphan(event: Any) -> OutboxRow:
    record = a_record(event)
    return OutboxRow(
        id=event.id,
        stream=event.stream,
        sequence=event.sequence,
        topic=record.topic,
        key=event.key(),
        record=record.value or b"",
        headers=(),
        urgent=False,
        recorded_at=event.time,
    )


async def test_who_is_told_what_is_written_knows_of_a_fence_without_looking(
    toy: RunningToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fence, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(fence, "TOLD_SECONDS", 3600.0)
    resources = toy.process.resources
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each()) for each in (resources.commits.run, resources.fence.run)]
        async with asyncio.timeout(30):
            while not resources.commits.listening:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            await MongoFences(resources.database).put_up(Fence(wall_clock(), orphans=2, streams=1))
            while not resources.fence.closed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        for each in running:
            each.cancel()
