"""Booking asks for somebody's erasure: billing keeps its books and what is owed, and lets go of whom it only knows."""

from typing import Any

from careflow_events import contracts
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import has_patient, is_insured, ok, pays, refusal
from services.billing.tests.heard import registered
from services.billing.tests.world import World


async def asked(world: World) -> str:
    erasure_id = new_id()
    await world.hear(
        contracts.PatientErasureRequested(patient_id=ANA, erasure_id=erasure_id, requested_at=world.clock())
    )
    return erasure_id


async def answer(world: World) -> Any:
    return (await world.said(ANA))[-1]


async def test_a_prospect_is_let_go_and_leaves_nothing(world: World) -> None:
    await world.hear(registered())
    await is_insured(world)
    erasure_id = await asked(world)
    assert (await answer(world)).type == "careflow.billing.BillingErasureAgreed.v1"

    await world.hear(contracts.PatientErased(patient_id=ANA, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()

    assert set(await world.said_types(ANA)) == {"EventErased", "BillingErasureAgreed"}
    assert await world.store.database["accounts"].count_documents({}) == 0
    assert refusal(await world.biller.get(f"/v1/accounts/{ANA}")) == (410, "erased")
    async with world.nothing_changes(but=frozenset({"_positions"})):
        await world.hear(registered())


async def test_money_that_is_owed_comes_before_everything(world: World) -> None:
    await has_patient(world)
    await pays(world, 100)
    erasure_id = await asked(world)

    refused = await answer(world)
    assert refused.type == "careflow.billing.BillingErasureRefused.v1"
    assert (refused.data["reason"], refused.data.get("retain_until")) == ("money_owed", None)
    account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    covered = await world.biller.put(f"/v1/accounts/{ANA}/coverage", {"kind": "none"}, version=account["version"])
    assert refusal(covered)[0] in {409, 422}

    await world.hear(contracts.ErasureDeclined(patient_id=ANA, erasure_id=erasure_id, declined_at=world.clock()))
    await is_insured(world)
