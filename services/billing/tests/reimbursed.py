"""A case of reimbursement as tests begin one: an hour that was charged, billed, and is to be filed."""

from datetime import timedelta
from typing import Any

from services.billing.tests.builders import ANA
from services.billing.tests.clinic import bill, has_patient, ok, the_charge
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World

CASES = "/v1/reimbursements"


async def billed(world: World) -> str:
    """Ana, insured, has a superbill of an hour of today."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return str(
        ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)["superbill_id"]
    )


async def opens(world: World, superbill_id: str, **more: Any) -> Any:
    """The case a biller opens."""
    made = ok(await world.biller.post(CASES, {"superbill_id": superbill_id, **more}), 201)
    return await reads(world, made["id"])


async def reads(world: World, case_id: str) -> Any:
    return ok(await world.biller.get(f"{CASES}/{case_id}"))


async def steps(world: World, case: Any, step: str, **said: Any) -> Any:
    """What a biller says has happened, today if no day is named; answers the case after it."""
    body = None if step == "close" else {"on": today(world), **said}
    ok(await world.biller.post(f"{CASES}/{case['id']}/{step}", body, version=case["version"]))
    return await reads(world, case["id"])


def today(world: World, *, in_days: int = 0) -> str:
    return (world.ports.day_of(world.clock()) + timedelta(days=in_days)).isoformat()


async def said(world: World) -> list[str]:
    """What was told of cases, in order."""
    return [each for each in await world.said_types(ANA) if each.startswith("Reimbursement")]
