"""One payment pays for two services, each on a superbill of its own: what becomes of the money changes both papers."""

from datetime import timedelta
from typing import Any

from billing.domain.ids import PatientId
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import bill, charges, has_patient, ok, pays, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World, is_found


async def paid_at_once(world: World) -> Any:
    """Two hours on two days, each on a superbill, paid by one payment; Ana finds her account at an address."""
    is_found(world)
    await has_patient(world)
    for days in (9, 2):
        at = world.clock() - timedelta(days=days)
        await world.hear(session_completed(THERAPY_HOUR, session_id=new_id(), appointment_id=new_id(), at=at))
    paid = await pays(world, 450)
    for charge in await charges(world):
        ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)
    return ok(await world.biller.get(f"/v1/payments/{paid['payment_id']}"))


async def test_money_that_goes_back_for_both_reissues_both_and_tells_once(world: World) -> None:
    payment = await paid_at_once(world)
    await world.travel(timedelta(days=1))
    assert await world.ports.account_links.waiting_of(PatientId(ANA)) == [], "the link to the first papers is sent"
    body = {"amount": usd(450), "reason": "goodwill"}
    ok(await world.biller.post(f"/v1/payments/{payment['id']}/refunds", body, version=payment["version"]), 201)
    issued = ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"]
    assert len(issued) == 4
    assert len({each["number"] for each in issued}) == 4
    assert len(await world.ports.account_links.waiting_of(PatientId(ANA))) == 1
