"""Processes as an operator sees them: they work, and end when they are told."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import pytest

from careflow_service.backup.taken import BackupsTaken
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.main import EXIT_CANNOT_START
from careflow_service.processes.running import EXIT_AT_ONCE
from libs.service.tests.toy.process import started
from libs.service.tests.toy.world import RunningToy, World


async def a_visit_that_ended(toy: RunningToy) -> str:
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    visit = {"patient_id": new_id(), "note": "n", "ends_at": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}
    return str((await toy.client.post("/v1/visits", json=visit, headers=headers)).json()["id"])


async def until_closed_and_told(toy: RunningToy, visit_id: str) -> None:
    async with asyncio.timeout(30):
        visit = await toy.process.ports.visits.get(visit_id)
        while visit.open or not visit.told:
            await asyncio.sleep(0.05)
            visit = await toy.process.ports.visits.get(visit_id)


async def test_the_api_answers_without_a_kafka_client_and_ends_with_zero_when_told(toy: RunningToy) -> None:
    async with started(toy.world, "api") as api, await api.client() as client:
        assert (await client.get("/health/ready")).status_code == 200
        visit = {"patient_id": new_id(), "note": "n", "ends_at": "2026-12-01T10:00:00Z"}
        response = await client.post(
            "/v1/visits", json=visit, headers={**toy.token(Role.NURSE), "Idempotency-Key": "k"}
        )
        assert response.status_code == 201
        assert "server" not in response.headers
        entry = await api.entry("request")
        assert (entry["route"], entry["status"], entry["process"]) == ("POST /v1/visits", 201, "api")
        assert len(entry["trace_id"]) == 32
        assert await api.stop() == 0
        assert api.kafka_clients == []


async def test_timers_work_without_a_kafka_client_until_interrupted(toy: RunningToy) -> None:
    visit = await a_visit_that_ended(toy)
    async with started(toy.world, "timers") as timers, await timers.client() as health:
        assert (await health.get("/health/live")).json() == {"status": "live"}
        assert (await health.get("/health/ready")).status_code == 200
        await until_closed_and_told(toy, visit)
        assert 'careflow_deadlines_fired_total{deadline="close_visit_in_time"}' in (await health.get("/metrics")).text
        timers.send(signal.SIGINT)
        assert await timers.exit_code() == 0
        assert timers.kafka_clients == []


async def test_timers_tell_what_is_watched_of_the_store(toy: RunningToy) -> None:
    taken_at = datetime.now(UTC) - timedelta(hours=3)
    backups = BackupsTaken(toy.process.resources.database)
    async with started(toy.world, "timers") as timers, await timers.client() as health:
        before = (await health.get("/metrics")).text
        await backups.note(taken_at)
        await backups.note(taken_at - timedelta(days=1))
        after = (await health.get("/metrics")).text
    assert 'careflow_deadline_overdue_seconds{deadline="close_visit_in_time"} 0.0' in before
    assert "careflow_backup_age_seconds +Inf" in before
    (age,) = (line.split()[1] for line in after.splitlines() if line.startswith("careflow_backup_age_seconds"))
    assert float(age) == pytest.approx(3 * 3600, abs=60)


async def test_being_told_twice_ends_it_at_once(toy: RunningToy) -> None:
    program = """
import asyncio, dataclasses
from careflow_service.main import main
from libs.service.tests.toy.service import SERVICE

async def never_ends(_):
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

main(dataclasses.replace(SERVICE, effects=(dataclasses.replace(SERVICE.effects[0], next=never_ends),)))
"""
    async with started(toy.world, "timers", program=program) as timers:
        await timers.entry("listening")
        timers.send(signal.SIGTERM)
        await timers.entry("stopping")
        timers.send(signal.SIGTERM)
        assert await timers.exit_code() == EXIT_AT_ONCE


async def test_a_process_that_cannot_start_says_why_in_one_line(world: World) -> None:
    del world.environment["CAREFLOW_MONGO_URL"]
    async with started(world, "api") as api:
        assert await api.exit_code() == EXIT_CANNOT_START
        assert api.stderr == ["toy api cannot start: CAREFLOW_MONGO_URL is missing\n"]


@pytest.mark.parametrize(
    ("process", "variable", "missing", "extra"),
    [
        ("worker", "CAREFLOW_KAFKA_URL", "aiokafka", "worker"),
        ("api", "CAREFLOW_OTLP_ENDPOINT", "opentelemetry.exporter", "otlp"),
    ],
)
async def test_what_an_installation_lacks_is_named_with_the_extra_that_brings_it(
    world: World, process: str, variable: str, missing: str, extra: str
) -> None:
    program = f"""
import sys
sys.modules["{missing}"] = None
from careflow_service.main import main
from libs.service.tests.toy.service import SERVICE

main(SERVICE)
"""
    world.environment[variable] = "http://127.0.0.1:1"
    async with started(world, process, program=program) as lacking:
        assert await lacking.exit_code() == EXIT_CANNOT_START
        (complaint,) = (line for line in lacking.stderr if not line.startswith("{"))
        assert complaint.startswith(f"toy {process} cannot start: ")
        assert missing in complaint
        assert complaint.endswith(f"is not installed: install careflow-toy[{extra}]\n")
