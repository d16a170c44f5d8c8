"""Whatever goes wrong, the answer is one RFC 9457 problem with a stable code, and nothing was changed."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pymongo.errors import ServerSelectionTimeoutError

from careflow_events.outbox import RecordTooLarge
from careflow_service.errors import OutcomeUnknown
from careflow_service.http.access import allow
from careflow_service.http.limits import BODY_LIMIT, CallerLimits, Rate
from careflow_service.identity import Role
from careflow_service.ids import new_id
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

VISIT = {"patient_id": new_id(), "note": "sleeps badly", "ends_at": "2026-12-01T10:00:00Z"}


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in `response`, which must be this one and well formed."""
    assert response.headers["content-type"] == "application/problem+json"
    members: dict[str, Any] = response.json()
    assert (response.status_code, members["status"], members["code"]) == (status, status, code)
    assert members["type"] == f"careflow:problems/{code}"
    assert members["title"]
    assert members["instance"].startswith("careflow:requests/")
    return members


async def book(toy: RunningToy, **how: Any) -> httpx.Response:
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": new_id(), **how.pop("headers", {})}
    return await toy.client.post("/v1/visits", headers=headers, **(how or {"json": VISIT}))


async def test_an_address_nobody_serves(toy: RunningToy) -> None:
    problem(await toy.client.get("/v1/nowhere"), 404, "not_found")


async def test_a_slash_too_many_is_another_address(toy: RunningToy) -> None:
    problem(await toy.client.get("/v1/visits/"), 404, "not_found")


async def test_a_method_the_address_does_not_answer(toy: RunningToy) -> None:
    response = await toy.client.delete("/v1/visits")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"note": "x",}', b"[" * 100_000])
async def test_a_body_that_is_not_json(toy: RunningToy, body: bytes) -> None:
    problem(await book(toy, content=body, headers={"Content-Type": "application/json"}), 400, "malformed_json")


@pytest.mark.parametrize("note", ["NaN", "[" * 500 + "]" * 500, "1e999", "9" * 5_000, '"\\u0000"'])
async def test_json_at_its_edges_is_read_or_refused_but_no_fault(toy: RunningToy, note: str) -> None:
    content = f'{{"patient_id": "p", "note": {note}, "ends_at": "2026-12-01T10:00:00Z"}}'
    response = await book(toy, content=content.encode(), headers={"Content-Type": "application/json"})
    assert response.status_code in {201, 400, 422}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"patient_id": "p", "note": "a", "note": "b", "ends_at": "2026-12-01T10:00:00Z"}', "duplicate_name"),
        ('{"patient_id": "p", "note": "a", "n\\u006fte": "b", "ends_at": "2026-12-01T10:00:00Z"}', "duplicate_name"),
        ('{"patient_id": "p", "note": {"a": 1, "a": 2}, "ends_at": "2026-12-01T10:00:00Z"}', "duplicate_name"),
        ('{"patient_id": "p", "note": 9007199254740993, "ends_at": "2026-12-01T10:00:00Z"}', "number_out_of_range"),
    ],
)
async def test_a_body_that_two_readers_may_take_differently(toy: RunningToy, body: str, code: str) -> None:
    response = await book(toy, content=body.encode(), headers={"Content-Type": "application/json"})
    assert problem(response, 422, "invalid_request")["errors"] == [{"field": "body", "code": code}]


async def test_a_login_that_asks_without_end_is_told_to_wait(world: World) -> None:
    async with running_toy(world, limits=CallerLimits(Rate(1, 60), Rate(2, 60))) as toy:
        for _ in range(2):
            assert (await book(toy)).status_code == 201
        refused = await book(toy)
        problem(refused, 429, "rate_limited")
        assert refused.headers["retry-after"] == "30"


async def test_every_answer_is_what_it_says_it_is(toy: RunningToy) -> None:
    for answer in (await book(toy), await toy.client.get("/v1/nothing"), await toy.client.get("/health/live")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "HEAD", "POST"])
async def test_no_page_of_another_origin_is_allowed_anything(toy: RunningToy, method: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = await toy.client.request(method, "/v1/visits", headers=asked)

    assert [name for name in answer.headers if name.startswith("access-control-")] == []
    assert answer.status_code == (401 if method == "POST" else 405)


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_kind(toy: RunningToy, media_type: str) -> None:
    response = await book(toy, content=b"{}", headers={"Content-Type": media_type})
    problem(response, 415, "unsupported_media_type")


async def test_a_body_that_says_it_is_too_large(toy: RunningToy) -> None:
    response = await book(toy, content=b" " * (BODY_LIMIT + 1), headers={"Content-Type": "application/json"})
    assert problem(response, 413, "body_too_large")["limit_bytes"] == BODY_LIMIT


async def test_a_body_that_grows_too_large_without_saying_so(toy: RunningToy) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 1024 + 1):
            yield b" " * 1024

    response = await book(toy, content=chunks(), headers={"Content-Type": "application/json"})
    problem(response, 413, "body_too_large")


async def test_a_body_just_small_enough(toy: RunningToy) -> None:
    content = b'{"patient_id":"p","note":"n","ends_at":"2026-12-01T10:00:00Z"}'.ljust(BODY_LIMIT)
    response = await book(toy, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"note": None}, "note", "wrong_type"),
        ({"note": 7}, "note", "wrong_type"),
        ({"note": "x" * 2_001}, "note", "too_long"),
        ({"note": "\ud800"}, "body", "not_text"),
        ({"surprise": 1}, "surprise", "unknown_field"),
        ({"Jane Doe, born 1980": 1}, "*", "unknown_field"),
        ({"ends_at": "2026-12-01T10:00:00"}, "ends_at", "timezone_required"),
        ({"ends_at": "2026-12-01"}, "ends_at", "wrong_type"),
        ({"ends_at": 1_780_000_000}, "ends_at", "wrong_type"),
        ({"ends_at": "soon"}, "ends_at", "wrong_type"),
    ],
)
async def test_a_field_that_is_wrong(toy: RunningToy, change: dict[str, Any], field: str, code: str) -> None:
    content = json.dumps({**VISIT, **change})
    response = await book(toy, content=content, headers={"Content-Type": "application/json"})
    members = problem(response, 422, "invalid_request")
    assert members["errors"] == [{"field": field, "code": code}]


async def test_a_field_that_is_missing(toy: RunningToy) -> None:
    members = problem(await book(toy, json={"patient_id": "p", "note": "n"}), 422, "invalid_request")
    assert members["errors"] == [{"field": "ends_at", "code": "required"}]


async def test_a_body_that_is_missing(toy: RunningToy) -> None:
    members = problem(await book(toy, content=b""), 422, "invalid_request")
    assert members["errors"] == [{"field": "body", "code": "required"}]


async def test_a_query_that_is_wrong(toy: RunningToy) -> None:
    response = await toy.client.get("/v1/patients/p/visits?limit=201", headers=toy.token(Role.NURSE))
    assert problem(response, 422, "invalid_request")["errors"] == [{"field": "query.limit", "code": "too_large"}]


async def test_what_the_client_sent_is_never_in_the_answer(toy: RunningToy) -> None:
    for body in ({**VISIT, "note": ["suicidal"]}, {**VISIT, "ends_at": "suicidal"}, {"suicidal thoughts": 1}):
        assert "suicidal" not in (await book(toy, json=body)).text


async def test_a_refusal_of_the_domain(toy: RunningToy) -> None:
    booked = (await book(toy)).json()
    close = f"/v1/visits/{booked['id']}/close"
    headers = toy.token(Role.NURSE)
    await toy.client.post(close, headers={**headers, "Idempotency-Key": "1", "If-Match": '"1"'})
    again = await toy.client.post(close, headers={**headers, "Idempotency-Key": "2", "If-Match": '"2"'})
    members = problem(again, 409, "visit_closed")
    assert (members["detail"], members["closed_version"]) == ("This visit is closed.", 2)


async def test_a_thing_that_is_not_there(toy: RunningToy) -> None:
    problem(await toy.client.get(f"/v1/visits/{new_id()}", headers=toy.token(Role.NURSE)), 404, "not_found")


async def test_a_cursor_of_another_list(toy: RunningToy) -> None:
    response = await toy.client.get("/v1/patients/p/visits?after=nonsense", headers=toy.token(Role.NURSE))
    problem(response, 422, "invalid_cursor")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("the patient is suicidal"), 500, "internal"),
        (ServerSelectionTimeoutError("mongodb://secret@host"), 503, "unavailable"),
        (OutcomeUnknown(), 503, "unavailable"),
        (RecordTooLarge("careflow.booking.X.v1", 300_000), 413, "event_too_large"),
    ],
)
async def test_a_fault_of_ours_says_nothing_of_our_insides(
    world: World, error: Exception, status: int, code: str
) -> None:
    router = APIRouter(prefix="/v1")

    @router.get("/fault")
    async def fault() -> None:
        raise error

    faulty = replace(http(), routers=(router,), access={"GET /v1/fault": allow(Role.NURSE)})
    async with running_toy(world, replace(SERVICE, http=lambda: faulty)) as toy:
        response = await toy.client.get("/v1/fault", headers=toy.token(Role.NURSE))
    problem(response, status, code)
    assert "suicidal" not in response.text
    assert "secret" not in response.text
    assert ("retry-after" in response.headers) == (code == "unavailable")
