"""Commands are done once, on the version their caller has seen, and say where their events stand."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from careflow_events.contracts import CarePathStageChanged
from careflow_events.mongo import MongoPositions, MongoTransactions
from careflow_service.identity import Role
from careflow_service.ids import new_id
from libs.service.tests.toy.world import RunningToy

PATIENT = new_id()
VISIT = {"patient_id": PATIENT, "note": "sleeps badly", "ends_at": "2026-12-01T10:00:00Z"}
STREAM = f"{CarePathStageChanged.topic.name}/patient:{PATIENT}"


async def send(
    toy: RunningToy, path: str, key: str | None, *, role: Role = Role.NURSE, subject: str = "someone", **how: Any
) -> httpx.Response:
    headers = {**toy.token(role, subject=subject), **how.pop("headers", {})}
    if key is not None:
        headers["Idempotency-Key"] = key
    return await toy.client.post(path, headers=headers, **how)


async def booked(toy: RunningToy) -> str:
    response = await send(toy, "/v1/visits", new_id(), json=VISIT)
    assert response.status_code == 201
    return str(response.json()["id"])


async def visits(toy: RunningToy) -> int:
    return await toy.process.resources.database["visits"].count_documents({})


async def test_a_command_answers_version_and_place(toy: RunningToy) -> None:
    response = await send(toy, "/v1/visits", "k", json=VISIT)
    assert response.headers["etag"] == '"1"'
    assert response.headers["location"] == f"/v1/visits/{response.json()['id']}"
    assert response.headers["cache-control"] == "no-store"
    assert "idempotency-replayed" not in response.headers


async def test_a_command_that_says_something_answers_its_position(toy: RunningToy) -> None:
    visit = await booked(toy)
    response = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"1"'})
    assert response.headers["careflow-position"] == f"{STREAM}@1"


async def test_a_repeat_is_answered_alike_and_done_once(toy: RunningToy) -> None:
    visit = await booked(toy)
    first = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"1"'})
    again = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"1"'})
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("etag", "careflow-position", "location"):
        assert again.headers[header] == first.headers[header]


async def test_twins_at_the_same_moment_are_done_once(toy: RunningToy) -> None:
    answers = await asyncio.gather(*(send(toy, "/v1/visits", "k", json=VISIT) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await visits(toy) == 1


async def test_a_key_used_with_another_body_is_refused(toy: RunningToy) -> None:
    await send(toy, "/v1/visits", "k", json=VISIT)
    response = await send(toy, "/v1/visits", "k", json={**VISIT, "note": "other"})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert await visits(toy) == 1


async def test_a_key_belongs_to_its_caller(toy: RunningToy) -> None:
    await send(toy, "/v1/visits", "k", json=VISIT, subject="ann")
    response = await send(toy, "/v1/visits", "k", json=VISIT, subject="bob")
    assert "idempotency-replayed" not in response.headers
    assert await visits(toy) == 2


async def test_a_key_belongs_to_its_address(toy: RunningToy) -> None:
    one, two = await booked(toy), await booked(toy)
    for visit in (one, two):
        response = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"1"'})
        assert "idempotency-replayed" not in response.headers


async def test_a_refused_command_is_not_remembered(toy: RunningToy) -> None:
    visit = await booked(toy)
    stale = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"1"'})).status_code == 200


async def test_without_a_key_nothing_is_done(toy: RunningToy) -> None:
    response = await send(toy, "/v1/visits", None, json=VISIT)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    assert await visits(toy) == 0


async def test_the_public_need_a_key_as_well(toy: RunningToy) -> None:
    response = await toy.client.post("/v1/inquiries", json={"note": "hello"})
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "caf\u00e9", "{}"])
async def test_a_key_of_another_form_is_refused(toy: RunningToy, key: str) -> None:
    headers = [(name.encode(), value.encode()) for name, value in toy.token(Role.NURSE).items()]
    headers.append((b"Idempotency-Key", key.encode()))
    response = await toy.client.post("/v1/visits", json=VISIT, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "malformed_header")
    assert response.json()["header"] == "Idempotency-Key"


async def test_a_change_needs_the_version_it_was_decided_on(toy: RunningToy) -> None:
    visit = await booked(toy)
    response = await send(toy, f"/v1/visits/{visit}/close", "k")
    assert (response.status_code, response.json()["code"]) == (428, "precondition_required")


@pytest.mark.parametrize("value", ["*", "1", 'W/"1"', '"1", "2"', '"one"', '""', '"-1"', f'"{"9" * 19}"'])
async def test_a_version_of_another_form_is_refused(toy: RunningToy, value: str) -> None:
    visit = await booked(toy)
    response = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": value})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_header")


async def test_a_stale_version_is_refused(toy: RunningToy) -> None:
    visit = await booked(toy)
    response = await send(toy, f"/v1/visits/{visit}/close", "k", headers={"If-Match": '"2"'})
    assert (response.status_code, response.json()["code"]) == (412, "stale_version")


async def test_a_read_answers_the_version(toy: RunningToy) -> None:
    visit = await booked(toy)
    response = await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE))
    assert response.headers["etag"] == '"1"'
    assert response.headers["cache-control"] == "no-store"


HEARD = "careflow.screening.v1/patient:11111111-1111-7111-8111-111111111111"


async def read_after(toy: RunningToy, value: str) -> httpx.Response:
    headers = {**toy.token(Role.NURSE), "Careflow-After": value}
    return await toy.client.get(f"/v1/patients/{PATIENT}/visits", headers=headers)


async def hear(toy: RunningToy, sequence: int) -> None:
    database = toy.process.resources.database

    async def advance(_: Any) -> None:
        for number in range(1, sequence + 1):
            await MongoPositions(database, "toy").advance(HEARD, number, new_id())

    await MongoTransactions(database).run(advance, action="test", event=None)


async def test_what_was_heard_already_is_not_waited_for(toy: RunningToy) -> None:
    await hear(toy, 3)
    assert (await read_after(toy, f"{HEARD}@3")).status_code == 200
    assert (await read_after(toy, f" {HEARD}@2 , {HEARD}@3")).status_code == 200


async def test_what_comes_in_time_is_waited_for(toy: RunningToy) -> None:
    reading = asyncio.create_task(read_after(toy, f"{HEARD}@1"))
    await asyncio.sleep(0)
    assert not reading.done()
    await hear(toy, 1)
    assert (await reading).status_code == 200


async def test_what_does_not_come_is_not_yet_known(toy: RunningToy) -> None:
    await hear(toy, 1)
    began = asyncio.get_running_loop().time()
    response = await read_after(toy, f"{HEARD}@2")
    assert (response.status_code, response.json()["code"]) == (409, "not_yet_known")
    assert re.fullmatch("[0-9]+", response.headers["retry-after"])
    assert 2.0 <= asyncio.get_running_loop().time() - began < 4.0


async def test_a_position_in_a_stream_this_service_does_not_hear_is_nothing_to_wait_for(toy: RunningToy) -> None:
    assert (await read_after(toy, f"{STREAM}@9")).status_code == 200
    assert (await read_after(toy, "careflow.billing.v1/patient:x@9")).status_code == 200


@pytest.mark.parametrize("value", ["", "x", f"{HEARD}@", f"{HEARD}@x", f"{HEARD}@0", f"{HEARD}@1,,", "a@1," * 17])
async def test_a_position_of_another_form_is_refused(toy: RunningToy, value: str) -> None:
    response = await read_after(toy, value)
    assert (response.status_code, response.json()["code"]) == (400, "malformed_header")


async def refused_after(toy: RunningToy, stream: str, headers: dict[str, str], path: str) -> list[int]:
    """What waiting for a place the stream has passed, and for one it has not, comes to."""
    await hear(toy, 1)
    answers = []
    for sequence in (1, 9):
        after = {**headers, "Careflow-After": f"{stream}@{sequence}"}
        answers.append((await toy.client.get(path, headers=after)).status_code)
    return answers


async def test_a_patient_is_not_told_how_far_anothers_stream_is(toy: RunningToy) -> None:
    patient = new_id()
    headers = toy.token(Role.PATIENT, patient_id=patient)
    assert await refused_after(toy, HEARD, headers, f"/v1/patients/{patient}/visits") == [403, 403]


async def test_a_patient_waits_for_their_own(toy: RunningToy) -> None:
    own = HEARD.rpartition(":")[2]
    headers = {**toy.token(Role.PATIENT, patient_id=own), "Careflow-After": f"{HEARD}@1"}
    await hear(toy, 1)
    assert (await toy.client.get(f"/v1/patients/{own}/visits", headers=headers)).status_code == 200


async def test_nobody_unknown_is_told_how_far_a_stream_is(toy: RunningToy) -> None:
    await hear(toy, 1)
    for sequence in (1, 9):
        headers = {"Careflow-After": f"{HEARD}@{sequence}", "Idempotency-Key": new_id()}
        assert (await toy.client.post("/v1/inquiries", json={"note": "n"}, headers=headers)).status_code == 403
