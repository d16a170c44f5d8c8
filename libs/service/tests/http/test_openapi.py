"""The OpenAPI document says what the edge does."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import schemathesis
from fastapi import APIRouter, Depends

from careflow_service.describing import openapi
from careflow_service.http.access import allow
from careflow_service.http.app import RoutesWrong
from careflow_service.identity import Role
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Of a service that does not run."""
    found: dict[str, Any] = json.loads(json.dumps(openapi(SERVICE)))
    return found


async def test_it_is_the_same_of_a_service_that_runs(toy: RunningToy, document: dict[str, Any]) -> None:
    response = await toy.client.get("/openapi.json")
    assert response.json() == document


def parameters(operation: dict[str, Any]) -> dict[str, bool]:
    return {each["name"]: each["required"] for each in operation["parameters"]}


def test_it_is_a_valid_openapi_document(document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    assert document["openapi"].startswith("3.1")


def test_operators_are_asked_for_a_key_only_where_a_repeat_would_do_something_more(document: dict[str, Any]) -> None:
    asked = {
        path
        for path, operations in document["paths"].items()
        if path.startswith("/ops/") and "Idempotency-Key" in parameters(operations.get("post", {"parameters": []}))
    }
    assert asked == {"/ops/outbox/refeed"}


def test_operations_are_named_after_their_functions(document: dict[str, Any]) -> None:
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert names == {
        "book_visit", "close_visit", "read_visit", "list_visits", "inquire", "list_events",
        "create_webhook", "list_webhooks", "read_webhook", "change_webhook", "delete_webhook", "pause_webhook",
        "confirm_webhook", "resume_webhook", "rotate_webhook_secret", "test_webhook", "replay_to_webhook",
        "list_webhook_deliveries", "list_webhook_held_streams",
        "open_emergency_access", "close_emergency_access", "review_emergency_access",
        "list_emergency_accesses", "read_emergency_access", "list_reads_in_emergency",
        "list_all_webhooks", "disable_webhook", "enable_webhook",
        "read_drain", "list_parked", "replay_parked", "discard_parked",
        "accept_gap", "read_consumer", "resume_consumer", "pause_consumer", "start_consumer_at",
        "read_outbox", "list_refeeds", "refeed",
        "read_restore", "list_orphans", "count_orphans", "finish_restore", "trace", "trace_told",
        "read_trail", "read_seal", "verify_trail", "search_trail",
    }  # fmt: skip


def test_a_command_asks_for_its_headers(document: dict[str, Any]) -> None:
    close = document["paths"]["/v1/visits/{visit_id}/close"]["post"]
    assert parameters(close) == {"visit_id": True, "Idempotency-Key": True, "If-Match": True, "Careflow-After": False}


def test_a_read_does_not(document: dict[str, Any]) -> None:
    read = document["paths"]["/v1/patients/{patient_id}/visits"]["get"]
    assert parameters(read) == {
        "patient_id": True,
        "limit": False,
        "after": False,
        "Careflow-After": False,
        "Careflow-Emergency-Access": False,
    }


def test_answers_name_their_headers(document: dict[str, Any]) -> None:
    book = document["paths"]["/v1/visits"]["post"]["responses"]
    assert set(book["201"]["headers"]) == {"ETag", "Careflow-Position", "Idempotency-Replayed", "Location"}
    assert set(book["401"]["headers"]) == {"WWW-Authenticate"}
    assert set(book["503"]["headers"]) == {"Retry-After"}
    assert set(document["paths"]["/v1/visits/{visit_id}"]["get"]["responses"]["200"]["headers"]) == {"ETag"}


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    schema = response["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}
                    assert list(response["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "ValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/v1/visits", "post", {201, 400, 401, 403, 404, 408, 409, 410, 413, 415, 422, 429, 500, 503}),
        ("/v1/visits/{visit_id}/close", "post", {200, 400, 401, 403, 404, 409, 410, 412, 422, 428, 429, 500, 503}),
        ("/v1/visits/{visit_id}", "get", {200, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503}),
        ("/ops/audit/seals/{number}", "get", {200, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503}),
        ("/v1/inquiries", "post", {202, 400, 403, 404, 408, 409, 410, 413, 415, 422, 429, 500, 503}),
    ],
)
def test_the_statuses_of_an_operation(document: dict[str, Any], path: str, method: str, statuses: set[int]) -> None:
    assert set(document["paths"][path][method]["responses"]) == {str(status) for status in statuses}


def test_security_is_what_the_access_table_says(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/visits"]["post"]["security"] == [{"bearer": []}]
    assert document["paths"]["/v1/visits"]["post"]["x-careflow-roles"] == ["coordinator", "nurse"]
    assert document["paths"]["/v1/patients/{patient_id}/visits"]["get"]["x-careflow-own"] == "path patient_id"
    assert document["paths"]["/v1/inquiries"]["post"]["security"] == []
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_bodies_are_closed(document: dict[str, Any]) -> None:
    body = document["components"]["schemas"]["BookVisit"]
    assert body["additionalProperties"] is False
    assert body["properties"]["ends_at"]["format"] == "date-time"


async def test_a_post_that_is_not_idempotent_keeps_the_service_from_starting(world: World) -> None:
    router = APIRouter(prefix="/v1")

    @router.post("/careless")
    async def careless() -> None: ...

    changed = replace(http(), routers=(router,), access={"POST /v1/careless": allow(Role.NURSE)})
    with pytest.raises(RoutesWrong, match="POST /v1/careless asks neither for IdempotentRequest nor for Repeatable"):
        async with running_toy(world, replace(SERVICE, http=lambda: changed)):
            pass


async def test_two_routes_of_one_name_keep_the_service_from_starting(world: World) -> None:
    router = APIRouter(prefix="/v1")

    @router.get("/twin")
    async def read_visit() -> None: ...

    access = {**http().access, "GET /v1/twin": allow(Role.NURSE)}
    changed = replace(http(), routers=(*http().routers, router), access=access)
    with pytest.raises(RoutesWrong, match="2 routes are named read_visit"):
        async with running_toy(world, replace(SERVICE, http=lambda: changed)):
            pass


async def test_what_a_thread_would_have_to_run_keeps_the_service_from_starting(world: World) -> None:
    router = APIRouter(prefix="/v1")

    def slow() -> None: ...

    @router.get("/slow", dependencies=[Depends(slow)])
    async def read_slowly() -> None: ...

    changed = replace(http(), routers=(router,), access={"GET /v1/slow": allow(Role.NURSE)})
    with pytest.raises(RoutesWrong, match=r"/v1/slow has .*slow run in a thread: make it a coroutine"):
        async with running_toy(world, replace(SERVICE, http=lambda: changed)):
            pass


async def test_a_date_that_takes_digits_keeps_the_service_from_starting(world: World) -> None:
    router = APIRouter(prefix="/v1")

    @router.get("/days/{day}")
    async def read_day(day: date) -> None: ...

    changed = replace(http(), routers=(router,), access={"GET /v1/days/{day}": allow(Role.NURSE)})
    with pytest.raises(RoutesWrong, match=r"/v1/days/\{day\} would read digits as a time in day"):
        async with running_toy(world, replace(SERVICE, http=lambda: changed)):
            pass
