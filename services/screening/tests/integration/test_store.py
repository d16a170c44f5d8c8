"""How screening uses its store: no query without an index, and no more round trips than a command needs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careflow_service.testing.commands import CommandLog, collection_scans
from services.screening.tests.clinic import answers, cleared, has_case, has_rota, ok, reads, ready_to_decide, request_of
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
    assert LOG.round_trips[:-2] == ["find cases", "find _owners", "find alerts", "find rotas"]
    assert LOG.round_trips[-2:] == [
        "bulkWrite: update _owners, insert _owners, insert _outbox, insert _idempotency, insert _audit, "
        "insert pages, insert pages, insert alerts, update cases",
        "commitTransaction",
    ]
    assert LOG.waits == 5, "the case; the open alert; who is on call; the writes; the commit"


async def test_answers_that_worry_nobody_wait_three_times(world: World) -> None:
    case = await has_case(world)
    request = request_of(case, "phq-9")["request_id"]
    body = {"request_id": request, "definition_version": 1, "answers": {"1": "1"}}
    ana = world.patient(case["patient_id"])
    with LOG.recording():
        ok(await ana.post(f"/v1/cases/{case['id']}/responses", body))
    assert sorted(LOG.round_trips[:-2]) == ["find _owners", "find cases"]
    assert LOG.waits == 3, "the case, and beside it its mark; the writes; the commit"


async def test_a_clearance_is_granted_with_four_waits(world: World) -> None:
    """The case; patient, open alert and what waits to be replayed; the writes; the commit."""
    case = await ready_to_decide(world)
    body, where = {"indications": ["severe_depression"]}, f"/v1/cases/{case['id']}/decisions/grant"
    assert (await world.prescriber.post(where, body, version=1)).status_code == 412  # opens the connections it takes
    version = (await reads(world, case))["version"]
    with LOG.recording():
        ok(await world.prescriber.post(where, body, version=version), 201)
    assert sorted(LOG.round_trips[:-2]) == [
        "find _owners",
        "find _positions",
        "find alerts",
        "find cases",
        "find patients",
    ]
    assert LOG.waits == 4
