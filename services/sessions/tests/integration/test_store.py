"""How sessions uses its store: no query without an index, and no more round trips than a dose needs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

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
    therapy_hour,
    wastes_before_witness,
)
from services.sessions.tests.medicated import ORDERS, medicines, signs_standing_order, takes_order, visit
from services.sessions.tests.setbacks import reviews, suffers, withdraws_consent
from services.sessions.tests.world import World, running

LOG = CommandLog()
MOST_SIDE_BY_SIDE: Final = 20
"""So many connections are open before anything is counted."""
ONLY_READ: Final = frozenset({"update plans", "update eligibilities", "update patients"})
"""Each is guarded by its own version where it was answered before its owner's mark, else by that alone."""

MOST_WAITS: Final = {
    "PatientRegistered": 5,
    "ClearanceGranted": 4,
    "PreSessionScreenAssessed": 3,
    "TreatmentBooked": 4,
    "sign_consent": 4,
    "withdraw_consent": 3,
    "draft_plan": 3,
    "sign_plan": 5,
    "check_in": 3,
    "record_checks": 3,
    "sign_order": 4,
    "clear_session": 5,
    "start_session": 5,
    "give_dose": 4,
    "end_dose": 3,
    "record_vitals": 3,
    "discharge_patient": 4,
    "complete_session": 5,
    "report_adverse_event": 3,
    "review_adverse_event": 4,
    "raise_first_inventory_overdue": 3,
    "raise_contact_overdue": 3,
    "receive_container": 6,
    "join_session": 3,
    "draw_drug": 5,
    "enter_in_drug_log": 3,
    "witness_drug_entry": 3,
}
"""One fewer is seen where a patient's mark, which several readings need, is asked for by the one answered first."""
"""How often each waits for the store one time after the other. The first word about a patient also makes their key."""


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    """The service, with its commands to the store listened to."""
    async with running(store_url, database, listeners=[LOG]) as world:
        await asyncio.gather(*(world.store.database.command("ping") for _ in range(MOST_SIDE_BY_SIDE)))
        yield world


async def test_every_query_uses_an_index(world: World) -> None:
    with LOG.recording():
        course = await has_course(world)
        session_id = await ready_for_dose(world, course)
        vial, draw_id = await receives_dose(world, session_id)
        await wastes_before_witness(world, vial, draw_id, "10")
        await goes_home(world, session_id)
        for kind in ("sessions", "plans", "consents", "adverse-events", "rems-forms", "notes", "follow-up-contacts"):
            ok(await world.prescriber.get(f"/v1/patients/{course.patient_id}/{kind}"))
        await signs_standing_order(world)
        beside = await visit(world)
        await takes_order(world, beside)
        await medicines(world, beside)
        ok(await world.nurse.get(ORDERS))
        for waiting in ("rems-forms", "follow-up-contacts", "verbal-orders"):
            ok(await world.nurse.get(f"/v1/{waiting}"))
        for kind in ("notes", "psychotherapy-notes"):
            ok(await world.therapist.get(f"/v1/sessions/{session_id}/{kind}"))
        for emptied in ("false", "true"):
            ok(await world.nurse.get("/v1/drug-log/containers", location_id=MILL_VALLEY, emptied=emptied))
        ok(await world.nurse.get(f"/v1/drug-log/locations/{MILL_VALLEY}/days"))
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

    *reads, written, committed = LOG.round_trips
    assert Counter(reads) == {
        "find _owners": 2,
        "find sessions": 2,
        "find plans": 1,
        "find courses": 1,
        "find eligibilities": 1,
        "find consents": 1,
        "find patients": 1,
        "find _consumers": 2,
        "find _positions": 1,
        "find drug_containers": 2,
        "find drug_days": 1,
        "find discrepancy_cases": 1,
    }
    written_out = Counter(written.removeprefix("bulkWrite: ").split(", "))
    assert Counter({each: count for each, count in written_out.items() if each not in ONLY_READ}) == {
        "update _owners": 2,
        "update sessions": 1,
        "update courses": 1,
        "update drug_containers": 1,
        "insert _outbox": 2,
        "insert _idempotency": 1,
        "insert _audit": 1,
    }
    assert committed == "commitTransaction"


async def a_whole_course(world: World) -> None:
    """From the registration to the integration of the first dose, with an adverse event and a consent withdrawn."""
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial, draw_id = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw_id, "10")
    await goes_home(world, session_id)
    event_id = await suffers(world, course.patient_id, session_id, grade=2)
    ok(await reviews(world, event_id, "resume"))
    await world.travel(timedelta(days=1))
    await therapy_hour(world, course, "integration")
    ok(await withdraws_consent(world, course.patient_id))


async def test_the_store_is_waited_for_a_counted_number_of_times(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: dict[str, int] = {}
    run = world.store.work.run

    async def listened_to(fn: Any, *, action: str, **more: Any) -> Any:
        with LOG.recording():
            committed = await run(fn, action=action, **more)
        name = action.removesuffix(".v1").rpartition(".")[2]
        waits[name] = max(waits.get(name, 0), LOG.waits)
        return committed

    monkeypatch.setattr(world.store.work, "run", listened_to)
    await a_whole_course(world)
    await world.travel(timedelta(days=4))  # nobody makes the contacts that were asked for
    assert waits.keys() == MOST_WAITS.keys()
    assert {name: found for name, found in waits.items() if found > MOST_WAITS[name]} == {}
