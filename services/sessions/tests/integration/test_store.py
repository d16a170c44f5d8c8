"""How sessions uses its store: no query without an index, and no more round trips than a dose needs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from careflow_service.testing.commands import CommandLog, collection_scans
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    does,
    dose,
    draws,
    goes_home,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    receives_dose,
    wastes_before_witness,
)
from services.sessions.tests.world import World, running

LOG = CommandLog()


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    """The service, with its commands to the store listened to."""
    async with running(store_url, database, listeners=[LOG]) as world:
        yield world


async def test_every_query_uses_an_index(world: World) -> None:
    with LOG.recording():
        course = await has_course(world)
        session_id = await ready_for_dose(world, course)
        vial, draw_id = await receives_dose(world, session_id)
        await wastes_before_witness(world, vial, draw_id, "10")
        await goes_home(world, session_id)
        for kind in ("sessions", "plans", "consents"):
            ok(await world.prescriber.get(f"/v1/patients/{course.patient_id}/{kind}"))
        ok(await world.nurse.get("/v1/drug-log/containers", location_id=MILL_VALLEY))
        await world.travel(timedelta(days=8))
    scanned = await collection_scans(LOG, world.store.database)
    assert [each for each in scanned if not each.startswith("_")] == []


async def test_a_dose_is_given_in_a_counted_number_of_round_trips(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    session = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    with LOG.recording():
        path = f"/v1/sessions/{session_id}/doses"
        ok(await world.nurse.post(path, dose(vial, draw_id), version=session["version"]), 201)

    assert LOG.round_trips == [
        "find _idempotency",
        "find sessions",
        "find plans",
        "find courses",
        "find eligibilities",
        "find consents",
        "find patients",
        "find _consumers",
        "find _consumers",
        "find _positions",
        "find sessions",
        "find drug_containers",
        "find drug_days",
        "update eligibilities",
        "update plans",
        "update consents",
        "find drug_containers",
        "update drug_containers",
        "update sessions",
        "find courses",
        "update courses",
        "findAndModify _streams",
        "insert _outbox",
        "insert _idempotency",
        "insert _audit",
        "commitTransaction",
    ]
