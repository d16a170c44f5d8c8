"""A discount over HTTP: the account is settled, and the superbill that said more takes another one's place."""

from services.billing.tests.builders import ANA
from services.billing.tests.clinic import bill, has_patient, ok, pays, the_charge, trial_balance, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World


async def test_a_discount_settles_the_account_and_lowers_what_the_superbill_states(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 200)
    first = ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)

    charge = await the_charge(world)
    body = {"amount": usd(25), "reason": "hardship"}
    ok(await world.biller.post(f"/v1/charges/{charge['id']}/write-offs", body, version=charge["version"]), 201)

    void = ok(await world.biller.get(f"/v1/superbills/{first['superbill_id']}"))
    assert (void["state"], void["void_reason"]) == ("void", "discounted")
    reissued = ok(await world.biller.get(f"/v1/superbills/{void['replaced_by']}"))
    assert (reissued["charged"], reissued["paid"]) == (usd(200), usd(200))
    assert await trial_balance(world) == {"cash": 20_000, "discounts": 2_500, "revenue_therapy": -22_500}
    assert {"WrittenOff", "AccountSettled"} <= set(await world.said_types(ANA))
