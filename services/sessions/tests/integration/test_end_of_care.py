"""The end of care over HTTP and events: refused with everything that is open, said once; who returns begins anew."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.ids import new_id
from services.sessions.tests.clinic import (
    Course,
    does,
    dosing_visit,
    draws,
    goes_home,
    has_course,
    has_vial,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    therapy_hour,
    wastes_before_witness,
)
from services.sessions.tests.news import clearance_granted
from services.sessions.tests.setbacks import calls, reviews, suffers
from services.sessions.tests.world import World


async def ends(world: World, course: Course, how: str = "complete") -> None:
    """The prescriber ends the plan."""
    plan = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    path = f"/v1/plans/{course.plan_id}/{how}"
    ok(await world.prescriber.post(path, {"reason": "course_ended"}, version=plan["version"]))


async def discharges(
    world: World, patient_id: str, reason: str = "course_ended", *, key: str | None = None
) -> httpx.Response:
    body = {
        "reason": reason,
        "aftercare": "Call the clinic when mornings get hard again; Dr Lee goes on with the rest.",
    }
    return await world.prescriber.post(f"/v1/patients/{patient_id}/care/discharges", body, key=key)


async def care_of(world: World, patient_id: str) -> Any:
    return ok(await world.nurse.get(f"/v1/patients/{patient_id}/care"))


def open_in(response: httpx.Response) -> list[tuple[str, str]]:
    """What a refused discharge names."""
    assert refusal(response) == (409, "care_not_settled")
    return [(each["matter"], each["ref"]) for each in response.json()["open"]]


async def test_care_ends_once_nothing_of_it_is_open(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial, draw = await receives_dose(world, session_id)
    event_id = await suffers(world, course.patient_id, grade=2)
    contacts = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/follow-up-contacts"))["items"]
    waiting = [("contact_not_made", each["id"]) for each in contacts]

    assert open_in(await discharges(world, course.patient_id)) == [
        ("plan_not_ended", course.plan_id),
        ("session_not_ended", session_id),
        ("drug_not_accounted_for", session_id),
        ("adverse_event_not_reviewed", event_id),
        ("integration_not_done", session_id),
        *waiting,
    ]

    await wastes_before_witness(world, vial, draw, "10")
    await goes_home(world, session_id)
    ok(await reviews(world, event_id, "resume"))
    await ends(world, course)
    assert open_in(await discharges(world, course.patient_id)) == [("integration_not_done", session_id), *waiting]

    await world.travel(timedelta(hours=20))
    await therapy_hour(world, course, "integration")
    for each in contacts:
        ok(await calls(world, each["id"]), 201)
    assert (await care_of(world, course.patient_id))["open"] == []
    discharged = ok(await discharges(world, course.patient_id, key="once"), 201)
    assert ok(await discharges(world, course.patient_id, key="once"), 201) == discharged

    care = await care_of(world, course.patient_id)
    assert (care["plan_id"], [each["id"] for each in care["discharges"]]) == (None, [discharged["id"]])
    assert care["discharges"][0]["aftercare"].startswith("Call the clinic")
    assert refusal(await discharges(world, course.patient_id)) == (409, "not_in_care")
    (said,) = [each for each in await world.said(course.patient_id) if ".CareDischarged." in each.type]
    assert (said.data["plan_id"], said.data["reason"], said.data["discharged_by"]) == (
        course.plan_id,
        "course_ended",
        "user-prescriber",
    )


async def test_who_wants_to_go_is_not_kept_by_what_they_would_have_to_come_for(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial, draw = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw, "10")
    await goes_home(world, session_id)
    await ends(world, course, "discontinue")
    ok(await discharges(world, course.patient_id, "patient_request"), 201)
    (discharge,) = (await care_of(world, course.patient_id))["discharges"]
    assert [(each["matter"], each["ref"]) for each in discharge["left_open"]] == [("integration_not_done", session_id)]

    await world.travel(timedelta(days=89))
    assert [each["matter"] for each in (await care_of(world, course.patient_id))["open"]] == ["integration_not_done"]
    await world.travel(timedelta(days=2))
    assert (await care_of(world, course.patient_id))["open"] == []
    said = [each for each in await world.said_types(course.patient_id) if each.startswith("Integration")]
    assert said == ["IntegrationDue", "IntegrationOverdue", "IntegrationEnded"]


async def test_of_who_died_nobody_asks_for_an_integration(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial, draw = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw, "10")
    await goes_home(world, session_id)
    await ends(world, course, "discontinue")
    ok(await discharges(world, course.patient_id, "deceased"), 201)

    assert (await care_of(world, course.patient_id))["open"] == []
    await world.travel(timedelta(days=8))
    said = [each for each in await world.said_types(course.patient_id) if each.startswith("Integration")]
    assert said == ["IntegrationDue", "IntegrationEnded"]


async def test_what_is_drawn_up_for_a_patient_keeps_care_open(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    draw = await draws(world, vial := await has_vial(world), session_id)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"equipment_ready": False}))
    ok(await does(world, session_id, "refuse"))
    await ends(world, course)
    assert open_in(await discharges(world, course.patient_id)) == [("drug_not_accounted_for", session_id)]
    await wastes_before_witness(world, vial, draw, "50")
    ok(await discharges(world, course.patient_id), 201)


async def test_nobody_is_discharged_from_care_they_are_not_in(world: World) -> None:
    assert refusal(await discharges(world, new_id())) == (409, "not_in_care")
    assert (await care_of(world, new_id()))["discharges"] == []


async def test_who_died_is_not_said_to_have(world: World) -> None:
    course = await has_course(world)
    await ends(world, course, "discontinue")
    ok(await discharges(world, course.patient_id, "deceased"), 201)
    (said,) = [each for each in await world.said(course.patient_id) if ".CareDischarged." in each.type]
    assert said.data["reason"] == "other"
    (discharge,) = (await care_of(world, course.patient_id))["discharges"]
    assert discharge["reason"] == "deceased"


async def test_a_plan_is_signed_again_on_a_new_clearance_only(world: World) -> None:
    """What was cleared for the care that ended does not come back, whatever is heard of it afterwards."""
    course = await has_course(world)
    await ends(world, course)
    ok(await discharges(world, course.patient_id), 201)
    drafted = ok(await world.prescriber.post(f"/v1/patients/{course.patient_id}/plans", plan_body()), 201)
    sign = f"/v1/plans/{drafted['id']}/sign"
    valid_until = world.clock() + timedelta(days=90)
    await world.hear(clearance_granted(course.patient_id, course.clearance_id, valid_until))
    assert refusal(await world.prescriber.post(sign, version=1)) == (409, "clearance_not_valid")

    await world.hear(clearance_granted(course.patient_id, new_id(), valid_until))
    ok(await world.prescriber.post(sign, version=1))
    assert (await care_of(world, course.patient_id))["plan_id"] == drafted["id"]
    await ends(world, Course(course.patient_id, course.clearance_id, drafted["id"]))
    ok(await discharges(world, course.patient_id), 201)
    assert len((await care_of(world, course.patient_id))["discharges"]) == 2


async def test_a_clearance_decided_before_the_end_of_care_never_counts_after_it(world: World) -> None:
    """Heard late, it is over, and nothing that is heard of it afterwards brings it back."""
    course = await has_course(world)
    await ends(world, course)
    late, decided_at = new_id(), world.clock()
    await world.travel(timedelta(hours=1))
    ok(await discharges(world, course.patient_id), 201)
    drafted = ok(await world.prescriber.post(f"/v1/patients/{course.patient_id}/plans", plan_body()), 201)
    await world.hear(clearance_granted(course.patient_id, late, decided_at + timedelta(days=90)))
    late_sign = await world.prescriber.post(f"/v1/plans/{drafted['id']}/sign", version=1)
    assert refusal(late_sign) == (409, "clearance_not_valid")


async def test_after_the_end_of_care_no_dose_is_given(world: World) -> None:
    course = await has_course(world)
    await ends(world, course)
    ok(await discharges(world, course.patient_id), 201)
    session_id = await dosing_visit(world, course)
    failed = ok(await world.nurse.get(f"/v1/sessions/{session_id}/gate"))["failed"]
    assert {"plan_active", "clearance_valid"} <= set(failed)
