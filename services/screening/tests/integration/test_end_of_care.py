"""Care has ended: the clearance ends with it, who was treated is followed up, who returns begins with a new case."""

from datetime import timedelta
from typing import Any

from services.screening.tests.builders import phq_9
from services.screening.tests.clinic import (
    answers,
    cleared,
    grants,
    has_case,
    has_evidence,
    info_call_ended,
    ok,
    reads,
    reads_clearance,
    ready_to_decide,
    refusal,
)
from services.screening.tests.treatment import care_discharged, dosed
from services.screening.tests.world import World

MONTH = timedelta(days=30)


async def treated(world: World) -> Any:
    """Cleared, a first dose five minutes later; answers the case."""
    case, _ = await cleared(world)
    await world.travel(timedelta(minutes=5))
    await world.hear(dosed(case["patient_id"], world.clock()))
    await world.travel(timedelta(days=2))
    return case


async def cases_of(world: World, patient_id: str) -> list[Any]:
    """All cases of a patient, the newest first."""
    items: list[Any] = ok(await world.prescriber.get(f"/v1/patients/{patient_id}/cases"))["items"]
    return items


async def asked_for(world: World, case: Any) -> list[str]:
    return [each["purpose"] for each in (await reads(world, case))["requests"]]


async def test_the_clearance_ends_and_the_patient_is_followed_up_month_by_month(world: World) -> None:
    case = await treated(world)
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    assert (await world.said_types(case["patient_id"])).count("ClearanceRevoked") == 1
    assert (await reads(world, case))["state"] != "closed"
    await world.travel(MONTH)
    assert "follow_up" in await asked_for(world, case)
    ok(await answers(world, case, "phq-9", phq_9(6), complete=True))


async def test_nobody_is_warned_of_evidence_that_nothing_rests_on_any_more(world: World) -> None:
    case = await treated(world)
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    await world.travel(timedelta(days=400))
    assert "EvidenceExpiring" not in await world.said_types(case["patient_id"])


async def test_who_was_never_treated_is_not_followed_up(world: World) -> None:
    case, _ = await cleared(world)
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    closed = await reads(world, case)
    assert closed["state"] == "closed"
    (said,) = [each.data for each in await world.said(case["patient_id"]) if ".ScreeningClosed." in each.type]
    assert said["reason"] == "discharged"


async def test_a_patient_who_was_discharged_is_cleared_in_a_new_case_only(world: World) -> None:
    case = await treated(world)
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    assert refusal(await grants(world, case)) == (409, "care_ended")


async def test_a_clearance_that_had_expired_is_not_brought_back_after_the_end_of_care(world: World) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - timedelta(days=60))
    clearance_id = ok(await grants(world, case), 201)["clearance_id"]
    await world.hear(dosed(case["patient_id"], world.clock()))
    await world.travel(timedelta(days=31))
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    await has_evidence(world, case)
    expired = await reads_clearance(world, clearance_id)
    assert expired["state"] == "expired"
    path = f"/v1/clearances/{clearance_id}/extend"
    assert refusal(await world.prescriber.post(path, version=expired["version"])) == (409, "care_ended")


async def test_who_comes_back_begins_with_a_new_case_measured_by_itself(world: World) -> None:
    case = await treated(world)
    patient_id = case["patient_id"]
    await world.hear(care_discharged(patient_id, world.clock()))
    await world.travel(MONTH)
    await world.hear(info_call_ended(patient_id, world.clock()))
    new, earlier = await cases_of(world, patient_id)
    assert (earlier["id"], earlier["state"]) == (case["id"], "closed")
    assert set(await asked_for(world, new)) == {"intake"}
    assert (await world.ports.cases.get(new["id"])).course.doses == {}
    await world.travel(MONTH)
    assert set(await asked_for(world, new)) == {"intake"}, "the follow-up of the earlier course has ended with its case"


async def test_who_came_back_before_the_end_was_heard_has_a_new_case_then(world: World) -> None:
    """There is no order across topics."""
    case = await treated(world)
    patient_id, ended_at = case["patient_id"], world.clock()
    world.clock.advance(MONTH)
    await world.hear(info_call_ended(patient_id, world.clock()))
    assert len(await cases_of(world, patient_id)) == 1
    await world.hear(care_discharged(patient_id, ended_at), time=ended_at)
    assert [each["state"] for each in await cases_of(world, patient_id)] == ["open", "closed"]


async def test_an_end_heard_again_after_the_patient_came_back_leaves_the_new_case_alone(world: World) -> None:
    case = await treated(world)
    patient_id, ended_at = case["patient_id"], world.clock()
    await world.hear(care_discharged(patient_id, ended_at))
    await world.travel(MONTH)
    await has_case(world, patient_id)
    await world.hear(care_discharged(patient_id, ended_at))
    assert [each["state"] for each in await cases_of(world, patient_id)] == ["open", "closed"]
