"""What a patient is treated for picks the instruments; a decision misses them until they are answered."""

from typing import Any

import httpx

from careflow_service.testing.calling import Caller
from services.screening.tests.builders import AUDIT_C, PCL_5
from services.screening.tests.builders import answers as given
from services.screening.tests.clinic import answers, grants, has_case, ok, reads, ready_to_decide, refusal, trial
from services.screening.tests.world import World


async def treats(world: World, case: Any, *indications: str, by: Caller | None = None) -> httpx.Response:
    version = (await reads(world, case))["version"]
    body = {"indications": list(indications)}
    return await (by or world.nurse).put(f"/v1/cases/{case['id']}/indications", body, version=version)


async def asked(world: World, case: Any) -> list[str]:
    return [each["questionnaire"] for each in (await reads(world, case))["clinical"]["responses"]]


async def test_an_indication_asks_for_its_instruments_once(world: World) -> None:
    case = await has_case(world)
    ok(await treats(world, case, "ptsd", "depression_with_comorbidity"))
    ok(await treats(world, case, "ptsd"))
    assert await asked(world, case) == ["phq-9", "gad-7", "c-ssrs-screener", "pcl-5"]
    assert (await world.said_types(case["patient_id"])).count("QuestionnaireRequested") == 4


async def test_what_no_indication_needs_any_more_is_no_longer_asked_for(world: World) -> None:
    case = await has_case(world)
    ok(await treats(world, case, "ptsd"))
    ok(await treats(world, case, "anxiety"))
    late = await answers(world, case, "pcl-5", {"1": "0"})
    assert refusal(late) == (409, "questionnaire_withdrawn")
    assert (await world.said_types(case["patient_id"]))[-1] == "QuestionnaireWithdrawn"


async def test_a_grant_names_the_instrument_it_misses_and_stands_once_it_is_answered(world: World) -> None:
    case = await ready_to_decide(world)
    refused = await grants(world, case, indications=["ptsd"])
    assert (refusal(refused), refused.json()["missing"]) == ((409, "decision_not_ready"), ["instrument_pcl-5"])
    ok(await treats(world, case, "ptsd"))
    ok(await answers(world, case, "pcl-5", given(PCL_5, [2] * 20), complete=True))
    ok(await grants(world, case, indications=["ptsd"]), 201)


async def test_two_failed_trials_are_what_resistance_is_granted_on(world: World) -> None:
    case = await ready_to_decide(world)
    refused = await grants(world, case, indications=["treatment_resistant_depression"])
    assert refused.json()["missing"] == ["treatment_resistance_not_shown"]
    for drug in ("Zoloft", "venlafaxine"):
        ok(await world.nurse.post(f"/v1/cases/{case['id']}/trials", trial(drug)), 201)
    ok(await grants(world, case, indications=["treatment_resistant_depression"]), 201)


async def test_heavy_drinking_is_a_prescribers_to_review(world: World) -> None:
    case = await has_case(world)
    ok(await treats(world, case, "addiction"))
    ok(await answers(world, case, "audit-c", given(AUDIT_C, (4, 3, 3)), complete=True))
    (task,) = ok(await world.prescriber.get("/v1/tasks"))["items"]
    assert (task["kind"], task["patient_id"]) == ("prescriber_review", case["patient_id"])


async def test_a_patient_says_neither_what_is_treated_nor_what_was_tried(world: World) -> None:
    case = await has_case(world)
    ana = world.patient(case["patient_id"])
    assert refusal(await treats(world, case, "ptsd", by=ana)) == (403, "forbidden")
    tried = await ana.post(f"/v1/cases/{case['id']}/trials", trial("sertraline"))
    assert refusal(tried) == (403, "forbidden")
