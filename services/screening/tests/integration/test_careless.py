"""What a careless patient does on a telephone: contradicts what was said in another tab, takes up what was stopped."""

from datetime import timedelta
from typing import Any

from services.screening.tests.clinic import cleared, grants, ok, reads_clearance, ready_to_decide
from services.screening.tests.integration.test_medications import stops, takes
from services.screening.tests.world import World


async def rules_found(world: World, case: Any) -> list[str]:
    found = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))["findings"]
    return [each["rule"] for each in found]


async def tells(world: World, case: Any, condition: str, status: str) -> None:
    body = {"condition": condition, "status": status, "detail": "in 2019"}
    ok(await world.patient(case["patient_id"]).post(f"/v1/cases/{case['id']}/facts", body), 201)


async def test_what_was_told_in_one_tab_is_not_untold_in_another(world: World) -> None:
    case = await ready_to_decide(world)
    await tells(world, case, "aneurysmal_vascular_disease", "active")
    await tells(world, case, "aneurysmal_vascular_disease", "ruled_out")

    assert await rules_found(world, case) == ["CI-02"]
    assert (await grants(world, case)).json()["missing"] == ["class_a_finding"]


async def test_a_medicine_taken_up_again_after_its_end_was_confirmed_suspends_anew(world: World) -> None:
    case = await ready_to_decide(world)
    ana, today = world.patient(case["patient_id"]), world.clock().date()
    nardil = await takes(ana, case, "Nardil")
    ok(await stops(ana, case, nardil, today - timedelta(days=30)))
    ok(await stops(world.prescriber, case, nardil, today - timedelta(days=30)))
    clearance_id = ok(await grants(world, case), 201)["clearance_id"]

    await takes(ana, case, "Nardil")

    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "IX-MAOI"


async def test_a_medicine_told_twice_counts_until_both_have_ended(world: World) -> None:
    case, _ = await cleared(world)
    ana, today = world.patient(case["patient_id"]), world.clock().date()
    first, second = await takes(ana, case, "phenelzine"), await takes(ana, case, "Phenelzine ")
    for each in (first, second):
        assert await rules_found(world, case) == ["IX-MAOI"]
        ok(await stops(world.prescriber, case, each, today - timedelta(days=30)))

    assert await rules_found(world, case) == []


async def test_a_pregnancy_told_after_the_clearance_suspends_it_and_is_not_untold(world: World) -> None:
    case, clearance_id = await cleared(world)
    await tells(world, case, "pregnancy", "active")
    await tells(world, case, "pregnancy", "ruled_out")

    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "CI-08"
