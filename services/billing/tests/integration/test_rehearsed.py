"""Every unit of work is run twice, the first try thrown away as after a conflict: nothing of a try survives it."""

from collections.abc import AsyncIterator

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import books, has_patient, ok, pays, the_charge, trial_balance
from services.billing.tests.heard import (
    INFUSION,
    PLAN,
    THERAPY_HOUR,
    later,
    plan_signed,
    services_corrected,
    session_completed,
)
from services.billing.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    async with running(store_url, database, rehearsing=True) as world:
        yield world


async def test_money_is_the_same_when_everything_is_tried_twice(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    visit = await books(world, local(14, 9, month=12), plan_id=PLAN)
    (estimate,) = ok(await world.biller.get("/v1/estimates", patient_id=ANA))["items"]
    ok(await world.biller.post(f"/v1/estimates/{estimate['id']}/issue", {}, version=1))
    completed = session_completed(INFUSION, THERAPY_HOUR)
    await world.hear(completed)
    await pays(world, 600)
    charge = await the_charge(world)
    body = {"patient_id": ANA, "charge_ids": [charge["id"]], "disclose_diagnoses": True}
    ok(await world.biller.post("/v1/superbills", body), 201)
    await world.hear(services_corrected(completed.session_id, 2, INFUSION))
    await world.hear(contracts.TreatmentMissed(**later(visit, status=codes.AppointmentStatus.MISSED)))
    world.clock.now = local(16, 12, month=12)
    await world.catch_up()
    assert await world.said_types(ANA) == [
        "AccountOpened",
        "GoodFaithEstimateIssued",
        "ChargePosted",
        "JournalEntryPosted",
        "PaymentReceived",
        "JournalEntryPosted",
        "JournalEntryPosted",
        "AccountSettled",
        "SuperbillIssued",
        "ChargeReversed",
        "ChargePosted",
        "JournalEntryPosted",
        "JournalEntryPosted",
        "JournalEntryPosted",
        "JournalEntryPosted",
        "SuperbillVoided",
        "FeeWaived",
    ]
    assert await trial_balance(world) == {
        "cash": 60_000,
        "unapplied_payments": -25_000,
        "revenue_treatment": -35_000,
    }
