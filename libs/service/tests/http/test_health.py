"""Live means the loop turns; ready means what the process needs is there."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from careflow_service.http.health import Health, Heartbeat, health_routes
from libs.service.tests.toy.application import Toy
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.world import RunningToy, World, running_toy


async def test_a_process_that_answers_lives(toy: RunningToy) -> None:
    response = await toy.client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


async def test_a_process_with_everything_it_needs_is_ready(toy: RunningToy) -> None:
    response = await toy.client.get("/health/ready")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ready", "checks": {"store": True, "not_fenced": True, "channel": True}},
    )


async def test_what_the_service_adds_counts(world: World) -> None:
    async def no_channel(_app: Toy) -> bool:
        return False

    async with running_toy(world, replace(SERVICE, ready={"channel": no_channel})) as toy:
        response = await toy.client.get("/health/ready")
    assert (response.status_code, response.json()["checks"]) == (
        503,
        {"store": True, "not_fenced": True, "channel": False},
    )


async def test_what_a_service_does_without_is_said_and_keeps_nobody_from_working(world: World) -> None:
    async with running_toy(world, replace(SERVICE, without=lambda _: ("messages",))) as toy:
        response = await toy.client.get("/health/ready")
    assert (response.status_code, response.json()["without"]) == (200, ["messages"])


async def test_what_people_have_yet_to_write_down_is_said_until_they_have(world: World) -> None:
    named: list[str] = []

    async def somebody_is_named(_app: Toy) -> bool:
        return bool(named)

    async with running_toy(world, replace(SERVICE, wanted={"somebody": somebody_is_named})) as toy:
        before = await toy.client.get("/health/ready")
        named.append("Ana")
        after = await toy.client.get("/health/ready")
    assert (before.status_code, before.json()["without"]) == (200, ["somebody"])
    assert (after.status_code, "without" in after.json()) == (200, False)


def client_of(health: Health) -> httpx.AsyncClient:
    app = Starlette(routes=health_routes(health))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://process")


async def test_a_store_that_is_away_makes_unready_and_not_dead() -> None:
    async def away() -> bool:
        raise ConnectionError

    async with client_of(Health({"store": away}, Heartbeat())) as client:
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200


async def test_a_check_that_hangs_does_not_hang_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careflow_service.http.health.CHECK_WITHIN_SECONDS", 0.01)

    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    assert await Health({"store": hangs}, Heartbeat()).readiness() == {"store": False}


async def test_probes_in_a_row_ask_once() -> None:
    asked = []

    async def store() -> bool:
        asked.append(1)
        return True

    health = Health({"store": store}, Heartbeat())
    for _ in range(3):
        await health.readiness()
    assert len(asked) == 1


async def test_a_loop_that_stopped_turning_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat = Heartbeat()
    async with client_of(Health({}, heartbeat)) as client:
        heartbeat.beat()
        assert (await client.get("/health/live")).status_code == 200
        monkeypatch.setattr("careflow_service.http.health.SILENT_AFTER_SECONDS", 0.0)
        assert (await client.get("/health/live")).status_code == 503


async def test_metrics_are_exposed_by_route_template(toy: RunningToy) -> None:
    await toy.client.get("/v1/visits/jane-doe")
    text = (await toy.client.get("/metrics")).text
    assert 'careflow_http_requests_total{route="GET /v1/visits/{visit_id}",status="401"}' in text
    assert "jane-doe" not in text


async def test_each_check_is_a_metric_too(world: World) -> None:
    async def no_channel(_app: Toy) -> bool:
        return False

    async with running_toy(world, replace(SERVICE, ready={"channel": no_channel})) as toy:
        text = (await toy.client.get("/metrics")).text
    assert 'careflow_ready{check="store"} 1.0' in text
    assert 'careflow_ready{check="channel"} 0.0' in text


async def test_what_is_watched_is_read_before_it_is_exposed() -> None:
    read = []

    async def measure() -> None:
        read.append(1)

    async with client_of(Health({}, Heartbeat(), measure=measure)) as client:
        await client.get("/metrics")
    assert read == [1]
