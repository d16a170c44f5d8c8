"""How screening uses its store: no query without an index, and no more round trips than a command needs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careflow_service.testing.commands import CommandLog, collection_scans
from services.screening.tests.clinic import answers, cleared, has_case, has_rota, ok
from services.screening.tests.world import World, running

LOG = CommandLog()


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The service, with its commands to the store listened to."""
    async with running(store_url, database, tmp_path, listeners=[LOG]) as world:
        yield world


async def test_every_query_uses_an_index(world: World) -> None:
    with LOG.recording():
        await has_rota(world)
        case, _ = await cleared(world)
        other = await has_case(world)
        ok(await answers(world, other, "phq-9", {"9": "2"}))
        for path in ("/v1/alerts", "/v1/alerts?open=false", "/v1/tasks", f"/v1/patients/{case['patient_id']}/cases"):
            ok(await world.nurse.get(path))
        await world.catch_up()
    scanned = await collection_scans(LOG, world.store.database)
    assert [each for each in scanned if not each.startswith("_")] == []


async def test_a_worrying_answer_is_saved_alarmed_and_paged_in_few_round_trips(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", {"1": "1"}))
    request = case["clinical"]["responses"][0]["request_id"]
    body = {"request_id": request, "definition_version": 1, "answers": {"9": "2"}}
    ana = world.patient(case["patient_id"])
    with LOG.recording():
        ok(await ana.post(f"/v1/cases/{case['id']}/responses", body))
    assert LOG.round_trips == [
        "find _idempotency",
        "find cases",
        "find alerts",
        "find rotas",
        "insert pages",
        "insert pages",
        "insert alerts",
        "update cases",
        "findAndModify _streams",
        "insert _outbox",
        "insert _idempotency",
        "insert _audit",
        "commitTransaction",
    ]
