"""Medications as they are told: stopped, confirmed, misspelt, identified."""

from datetime import date, timedelta
from typing import Any

import httpx

from careflow_service.identity import Role
from careflow_service.testing.calling import Caller
from services.screening.tests.clinic import (
    cleared,
    grants,
    has_case,
    ok,
    reads,
    reads_clearance,
    ready_to_decide,
    refusal,
)
from services.screening.tests.world import World


async def takes(by: Caller, case: Any, name: str) -> str:
    return str(ok(await by.post(f"/v1/cases/{case['id']}/medications", {"name": name}), 201)["id"])


async def stops(by: Caller, case: Any, medication: str, last_taken_on: date) -> httpx.Response:
    body = {"last_taken_on": last_taken_on.isoformat()}
    return await by.post(f"/v1/cases/{case['id']}/medications/{medication}/stop", body)


async def identifies(by: Caller, case: Any, medication: str, *names: str) -> httpx.Response:
    return await by.post(f"/v1/cases/{case['id']}/medications/{medication}/identify", {"names": names})


async def tasks(world: World) -> list[tuple[str, str]]:
    return [(each["kind"], each["ref"]) for each in ok(await world.nurse.get("/v1/tasks"))["items"]]


async def test_an_maoi_the_patient_says_they_stopped_still_stands_in_the_way(world: World) -> None:
    case = await ready_to_decide(world)
    ana, today = world.patient(case["patient_id"]), world.clock().date()
    phenelzine = await takes(ana, case, "Nardil")
    ok(await stops(ana, case, phenelzine, today - timedelta(days=30)))
    assert (await grants(world, case)).json()["missing"] == ["finding_without_pathway"]
    assert await tasks(world) == [("prescriber_review", phenelzine)]
    assert refusal(await stops(ana, case, phenelzine, today)) == (409, "stop_already_reported")
    ok(await stops(world.prescriber, case, phenelzine, today - timedelta(days=13)))
    assert (await grants(world, case)).json()["missing"] == ["finding_without_pathway"]
    await world.travel(timedelta(days=1))
    ok(await grants(world, case), 201)


async def test_a_suspension_outlives_the_report_that_its_drug_was_stopped(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana, today = world.patient(case["patient_id"]), world.clock().date()
    phenelzine = await takes(ana, case, "phenelzine")
    ok(await stops(ana, case, phenelzine, today))
    ok(await stops(world.prescriber, case, phenelzine, today - timedelta(days=20)))
    assert not (await reads_clearance(world, clearance_id))["valid"]
    granted = ok(await grants(world, case), 201)
    assert granted["valid"] is False


async def test_a_benzodiazepine_stopped_at_once_is_a_task_of_its_own(world: World) -> None:
    case = await has_case(world)
    ana = world.patient(case["patient_id"])
    clonazepam = await takes(ana, case, "Klonopin 0.5 mg")
    ok(await stops(ana, case, clonazepam, world.clock().date()))
    assert await tasks(world) == [("withdrawal_risk", clonazepam)]
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert task["due_at"] == "2026-11-23T21:00:00Z"
    done = f"/v1/tasks/{task['id']}/complete"
    for other in (world.nurse, world.calling(Role.COORDINATOR)):
        assert refusal(await other.post(done)) == (403, "prescriber_reviews")
    ok(await world.prescriber.post(done))


async def test_the_case_offers_what_is_near_and_a_person_confirms(world: World) -> None:
    case = await ready_to_decide(world)
    unclear = await takes(world.patient(case["patient_id"]), case, "Klonipin")
    shown = (await reads(world, case))["clinical"]["medications"][-1]
    assert (shown["unknown"], shown["offered"]) == (["klonipin"], ["klonopin"])
    assert refusal(await identifies(world.patient(case["patient_id"]), case, unclear, "klonopin")) == (403, "forbidden")
    assert refusal(await identifies(world.nurse, case, unclear, "sertraline")) == (403, "prescriber_identifies")
    assert refusal(await identifies(world.prescriber, case, unclear, "klonipin")) == (422, "drug_unknown")
    ok(await identifies(world.nurse, case, unclear, "Klonopin"))
    found = ok(await world.nurse.get(f"/v1/cases/{case['id']}/findings"))["findings"]
    assert [each["rule"] for each in found] == ["IX-BENZODIAZEPINE"]


async def test_a_signature_for_an_unknown_drug_is_none_for_what_it_turns_out_to_be(world: World) -> None:
    case = await ready_to_decide(world)
    unclear = await takes(world.nurse, case, "xyrm")
    clearance_id = ok(await grants(world, case, accepted={"IX-UNKNOWN": "a herb, she says"}), 201)["clearance_id"]
    ok(await identifies(world.nurse, case, unclear, "xyrem"))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "IX-OXYBATE"
