"""What a treatment session found out: the clearance reacts at once, a concern alerts, nothing is forgotten."""

from datetime import timedelta

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import AllergiesChanged
from careflow_events.contracts.session_codes import FactSource, ReportedFact
from careflow_service.ids import new_id
from careflow_service.testing.world import SEALING
from services.screening.tests.clinic import cleared, evidence, has_case, has_rota, ok, open_alert, reads_clearance
from services.screening.tests.treatment import harmed, refused, reported, reviewed
from services.screening.tests.world import World


async def test_a_positive_pregnancy_test_at_the_bedside_suspends_and_a_negative_one_does_not(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana = case["patient_id"]
    await world.hear(reported(ana, world.clock(), ReportedFact.PREGNANCY, "negative"))
    assert (await reads_clearance(world, clearance_id))["suspensions"] == []
    world.clock.advance(timedelta(minutes=5))
    await world.hear(reported(ana, world.clock(), ReportedFact.PREGNANCY, "positive"))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert (suspension["reason"], suspension["ref"]) == ("clinical", "CI-08")
    assert (await world.said_types(ana))[-1] == "ClearanceSuspended"


async def test_a_pregnancy_that_was_only_told_suspends_too(world: World) -> None:
    case, clearance_id = await cleared(world)
    await world.hear(
        reported(case["patient_id"], world.clock(), ReportedFact.PREGNANCY, "positive", FactSource.PATIENT)
    )
    assert [each["ref"] for each in (await reads_clearance(world, clearance_id))["suspensions"]] == ["CI-08"]


async def test_an_allergy_to_the_drug_of_the_plan_suspends(world: World) -> None:
    case, clearance_id = await cleared(world)
    await world.hear(
        reported(case["patient_id"], world.clock(), ReportedFact.DRUG_ALLERGY, "active", FactSource.PATIENT)
    )
    assert len((await reads_clearance(world, clearance_id))["suspensions"]) == 1


async def allergies_said(world: World, patient_id: str) -> list[tuple[str, ...]]:
    """What sessions hears of them, each time."""
    said = [read(each, SEALING.ring("sessions")) for each in await world.said(patient_id)]
    return [each.for_sessions.opened().allergies for each in said if isinstance(each, AllergiesChanged)]


@pytest.mark.parametrize(("medicine", "suspends"), [("Ondansetron", []), ("Something nobody knows", ["CI-01"])])
async def test_an_allergy_to_another_medicine_is_known_with_its_reaction_and_told(
    world: World, medicine: str, suspends: list[str]
) -> None:
    """What may be the drug of the dose under another name waits for a prescriber."""
    case, clearance_id = await cleared(world)
    fact, by = ReportedFact.MEDICINE_ALLERGY, FactSource.PATIENT
    await world.hear(reported(case["patient_id"], world.clock(), fact, medicine, by, detail="hives last year"))
    assert [each["ref"] for each in (await reads_clearance(world, clearance_id))["suspensions"]] == suspends
    assert await allergies_said(world, case["patient_id"]) == [(f"{medicine} - hives last year",)]


async def test_whatever_becomes_known_of_allergies_is_told_with_or_without_a_clearance(world: World) -> None:
    case = await has_case(world)
    told = {"facts": [{"condition": "drug_allergy", "status": "active", "detail": "latex - rash"}]}
    fact_id = ok(await world.nurse.post(f"/v1/cases/{case['id']}/history", told), 201)["ids"][0]
    other = {"facts": [{"condition": "glaucoma", "status": "ruled_out"}]}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/history", other), 201)
    assert await allergies_said(world, case["patient_id"]) == [("latex - rash",)]
    never = {"condition": "drug_allergy", "status": "ruled_out", "reason": "tested, it was the powder"}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/facts/{fact_id}/reclassify", never))
    assert await allergies_said(world, case["patient_id"]) == [("latex - rash",), ()]


async def test_a_risk_found_in_a_session_becomes_an_alert(world: World) -> None:
    await has_rota(world)
    case, _ = await cleared(world)
    fact = ReportedFact.SUICIDE_RISK
    await world.hear(reported(case["patient_id"], world.clock(), fact, "high", FactSource.CLINICIAN))
    alert = await open_alert(world)
    assert (alert["level"], alert["source"]) == ("high", "session")


async def test_a_second_refusal_for_the_blood_pressure_within_a_month_suspends(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana = case["patient_id"]
    await world.hear(refused(ana, world.clock(), "blood_pressure_in_range", "fasting"))
    await world.hear(refused(ana, world.clock() + timedelta(days=29), "fasting"))
    assert (await reads_clearance(world, clearance_id))["suspensions"] == []
    await world.hear(refused(ana, world.clock() + timedelta(days=29), "blood_pressure_safe"))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "blood_pressure_refusals"


async def test_refusals_further_apart_suspend_nothing(world: World) -> None:
    case, clearance_id = await cleared(world)
    for days in (0, 31):
        at = world.clock() + timedelta(days=days)
        await world.hear(refused(case["patient_id"], at, "blood_pressure_in_range"))
    assert (await reads_clearance(world, clearance_id))["suspensions"] == []


async def test_a_suspension_from_a_session_ends_like_any_other(world: World) -> None:
    case, clearance_id = await cleared(world)
    await world.hear(reported(case["patient_id"], world.clock(), ReportedFact.PREGNANCY, "positive"))
    world.clock.advance(timedelta(hours=2))
    negative = evidence("pregnancy_test", world.clock(), "negative")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", negative), 201)
    clearance = await reads_clearance(world, clearance_id)
    body = {"suspended_for": "clinical", "ref": "CI-08", "reason": "a newer test is negative"}
    path = f"/v1/clearances/{clearance_id}/reinstate"
    assert (await world.prescriber.post(path, body, version=clearance["version"])).status_code == 200
    assert (await reads_clearance(world, clearance_id))["suspensions"] == []


async def test_grave_harm_suspends_until_the_signed_review_says_to_resume(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana, mild, grave = case["patient_id"], new_id(), new_id()
    await world.hear(harmed(ana, mild, world.clock(), 2))
    assert (await reads_clearance(world, clearance_id))["valid"]
    await world.hear(harmed(ana, grave, world.clock(), 3))
    await world.hear(reviewed(ana, mild, world.clock(), "resume"))
    await world.hear(reviewed(ana, grave, world.clock(), "hold"))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert (suspension["reason"], suspension["ref"]) == ("clinical", grave)
    await world.hear(reviewed(ana, grave, world.clock(), "resume"))
    assert (await reads_clearance(world, clearance_id))["valid"]
    assert (await world.said_types(ana))[-2:] == ["ClearanceSuspended", "ClearanceReinstated"]


async def test_a_review_ends_no_suspension_but_its_own(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana, grave = case["patient_id"], new_id()
    await world.hear(reported(ana, world.clock(), ReportedFact.PREGNANCY, "positive"))
    await world.hear(harmed(ana, grave, world.clock(), 4))
    await world.hear(reviewed(ana, grave, world.clock(), "resume"))
    assert [each["ref"] for each in (await reads_clearance(world, clearance_id))["suspensions"]] == ["CI-08"]


async def test_what_is_reported_of_a_patient_without_a_case_is_for_a_person(world: World) -> None:
    stranger = new_id()
    await world.hear(reported(stranger, world.clock(), ReportedFact.PREGNANCY, "positive"))
    (task,) = (each for each in ok(await world.nurse.get("/v1/tasks"))["items"] if each["kind"] == "anomaly")
    assert task["patient_id"] == stranger


@pytest.mark.parametrize(
    "items",
    [
        ("escort", "vital_signs_complete", "blood_pressure_safe", "blood_pressure_repeated", "blood_pressure_not_low"),
        ("escort",),
        ("blood_pressure_repeated",),
    ],
    ids=["nobody measured", "only the escort", "not measured again"],
)
async def test_doses_refused_for_something_else_are_not_refused_for_the_pressure(
    world: World, items: tuple[str, ...]
) -> None:
    case, clearance_id = await cleared(world)
    for week in range(3):
        await world.hear(refused(case["patient_id"], world.clock() + timedelta(weeks=week), *items))
    assert (await reads_clearance(world, clearance_id))["suspensions"] == []


async def test_a_single_reading_beyond_all_limits_counts(world: World) -> None:
    case, clearance_id = await cleared(world)
    for week in range(2):
        at = world.clock() + timedelta(weeks=week)
        await world.hear(refused(case["patient_id"], at, "escort", "blood_pressure_safe"))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "blood_pressure_refusals"


async def test_grave_harm_to_somebody_without_a_case_is_for_a_person(world: World) -> None:
    stranger = new_id()
    await world.hear(harmed(stranger, new_id(), world.clock(), 4))
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert (task["kind"], task["patient_id"]) == ("anomaly", stranger)
