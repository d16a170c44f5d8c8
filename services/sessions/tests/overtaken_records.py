"""What overtakes the commands on consents, plans and the drug log, and what comes of it then."""

from datetime import datetime, timedelta

import httpx

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.builders import MILL_VALLEY, TODAY
from services.sessions.tests.clinic import (
    Course,
    books,
    consent_body,
    does,
    draws,
    has_course,
    has_vial,
    ok,
    plan_body,
    ready_for_dose,
    refusal,
    wastes,
    wastes_before_witness,
)
from services.sessions.tests.dispensed import BY_MOUTH, hands_out, packages_go_home, receives_package
from services.sessions.tests.news import clearance_suspended, visit_missed
from services.sessions.tests.setbacks import calls, holds_plan, suffers, withdraws_consent
from services.sessions.tests.sprays import sends_form, treated
from services.sessions.tests.world import World
from sessions.domain.ids import ContactId, PatientId, SessionId

DAY = f"/v1/drug-log/locations/{MILL_VALLEY}/days/{TODAY}"


async def signs(world: World, patient_id: str) -> None:
    ok(await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", consent_body()), 201)


async def drafts(world: World, patient_id: str) -> str:
    return str(ok(await world.prescriber.post(f"/v1/patients/{patient_id}/plans", plan_body()), 201)["id"])


async def may_have_another_plan(world: World) -> tuple[Course, str]:
    """The plan before has ended, the next is drafted."""
    course = await has_course(world)
    path = f"/v1/plans/{course.plan_id}/discontinue"
    ok(await world.prescriber.post(path, {"reason": "clinical"}, version=2))
    return course, await drafts(world, course.patient_id)


async def drawn(world: World) -> tuple[str, str, str]:
    """A session, a vial, and 1 mL drawn from it."""
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    return session_id, vial, await draws(world, vial, session_id)


async def a_consent_while_another_is_signed(world: World, overtaking: Overtaking) -> None:
    patient_id = new_id()
    overtaking.by(lambda: signs(world, patient_id))
    await signs(world, patient_id)
    first, second = await world.ports.consents.all_of(PatientId(patient_id))
    assert (first.state, second.renews) == ("superseded", (first.id,))


async def a_withdrawal_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    (consent,) = await world.ports.consents.signed_by(PatientId(course.patient_id))
    overtaking.by(lambda: withdraws_consent(world, course.patient_id))
    late = await world.patient(course.patient_id).post(f"/v1/consents/{consent.id}/withdraw")
    assert refusal(late) == (409, "consent_ended")


async def a_consent_expires_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    world.clock.now += timedelta(days=366)
    overtaking.by(lambda: withdraws_consent(world, course.patient_id))
    await world.catch_up()
    (consent,) = await world.ports.consents.all_of(PatientId(course.patient_id))
    assert consent.state == "withdrawn"


async def a_draft_while_another_is_drafted(world: World, overtaking: Overtaking) -> None:
    """A draft rests on nothing: both stay, and neither is signed over the other."""
    patient_id = new_id()
    overtaking.by(lambda: drafts(world, patient_id))
    await drafts(world, patient_id)
    assert len(await world.ports.plans.of_patient(PatientId(patient_id))) == 2


async def a_redraft_while_the_plan_is_signed(world: World, overtaking: Overtaking) -> None:
    _, plan_id = await may_have_another_plan(world)
    overtaking.by(lambda: world.prescriber.post(f"/v1/plans/{plan_id}/sign", version=1))
    assert refusal(await world.prescriber.put(f"/v1/plans/{plan_id}", plan_body(), version=1)) == (409, "plan_signed")


async def a_signature_while_another_plan_is_signed(world: World, overtaking: Overtaking) -> None:
    course, plan_id = await may_have_another_plan(world)
    other = await drafts(world, course.patient_id)
    overtaking.by(lambda: world.prescriber.post(f"/v1/plans/{other}/sign", version=1))
    late = await world.prescriber.post(f"/v1/plans/{plan_id}/sign", version=1)
    assert refusal(late) == (409, "another_plan_is_live")


async def a_signature_while_the_clearance_is_suspended(world: World, overtaking: Overtaking) -> None:
    course, plan_id = await may_have_another_plan(world)
    suspended = clearance_suspended(course.patient_id, course.clearance_id, world.clock())
    overtaking.by(lambda: world.hear(suspended))
    late = await world.prescriber.post(f"/v1/plans/{plan_id}/sign", version=1)
    assert refusal(late) == (409, "clearance_not_valid")


async def an_adjustment_while_the_consent_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    overtaking.by(lambda: withdraws_consent(world, course.patient_id))
    late = await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", plan_body(), version=2)
    assert refusal(late) == (409, "consent_missing")


async def a_plan_is_completed_while_it_is_put_on_hold(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    overtaking.by(lambda: holds_plan(world, course.plan_id))
    path = f"/v1/plans/{course.plan_id}/complete"
    late = await world.prescriber.post(path, {"reason": "course_ended"}, version=2)
    assert refusal(late) == (409, "plan_not_active")


async def care_ends_while_harm_is_reported(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    plan = f"/v1/plans/{course.plan_id}"
    ok(await world.prescriber.post(f"{plan}/complete", {"reason": "course_ended"}, version=2))
    overtaking.by(lambda: suffers(world, course.patient_id, grade=2))
    body = {"reason": "course_ended", "aftercare": "as agreed"}
    late = await world.prescriber.post(f"/v1/patients/{course.patient_id}/care/discharges", body)
    assert refusal(late) == (409, "care_not_settled")


async def care_ends_while_a_package_is_received(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/complete", {"reason": "course_ended"}, version=2))
    overtaking.by(lambda: receives_package(world, course.patient_id))
    body = {"reason": "course_ended", "aftercare": "as agreed"}
    late = await world.prescriber.post(f"/v1/patients/{course.patient_id}/care/discharges", body)
    assert refusal(late) == (409, "care_not_settled")


async def a_package_goes_home_while_an_adverse_event_is_reported(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world, **BY_MOUTH)
    package = await receives_package(world, course.patient_id)
    with packages_go_home(world):
        overtaking.by(lambda: suffers(world, course.patient_id, grade=2))
        assert refusal(await hands_out(world, package)) == (409, "adverse_event_not_reviewed")


async def to_reach(world: World) -> tuple[str, str]:
    """A patient who did not come today: their id and the outreach's."""
    course, at = await has_course(world), world.clock()
    appointment_id = await books(world, course.patient_id, at)
    await world.hear(visit_missed(course.patient_id, appointment_id, at))
    (outreach,) = ok(await world.nurse.get("/v1/outreaches"))["items"]
    return course.patient_id, outreach["id"]


async def tries_to_reach(world: World, outreach_id: str, *, reached: bool, step: str = "call") -> httpx.Response:
    body = {"step": step, "reached": reached, "note": "voicemail"}
    return await world.nurse.post(f"/v1/outreaches/{outreach_id}/attempts", body)


async def a_try_while_another_reaches_the_patient(world: World, overtaking: Overtaking) -> None:
    _, outreach_id = await to_reach(world)
    overtaking.by(lambda: tries_to_reach(world, outreach_id, reached=True))
    assert refusal(await tries_to_reach(world, outreach_id, reached=False)) == (409, "outreach_over")


async def a_decision_while_the_patient_is_reached(world: World, overtaking: Overtaking) -> None:
    _, outreach_id = await to_reach(world)
    for days in (0, 7, 7):
        await world.travel(timedelta(days=days))
        ok(await tries_to_reach(world, outreach_id, reached=False), 201)
    ok(await tries_to_reach(world, outreach_id, reached=False, step="letter"), 201)
    overtaking.by(lambda: tries_to_reach(world, outreach_id, reached=True))
    body = {"lost": True, "note": "nobody answers"}
    late = await world.prescriber.post(f"/v1/outreaches/{outreach_id}/decision", body)
    assert refusal(late) == (409, "outreach_over")


async def an_outreach_is_late_while_the_patient_is_reached(world: World, overtaking: Overtaking) -> None:
    patient_id, outreach_id = await to_reach(world)
    world.clock.advance(timedelta(days=1))
    overtaking.by(lambda: tries_to_reach(world, outreach_id, reached=True))
    await world.catch_up()
    assert "FollowUpContactOverdue" not in await world.said_types(patient_id)


async def a_receipt_while_another_vial_is_received(world: World, overtaking: Overtaking) -> None:
    """What is received rests on nothing: both are there."""
    overtaking.by(lambda: has_vial(world))
    await has_vial(world)
    shelf = ok(await world.nurse.get("/v1/drug-log/containers", location_id=MILL_VALLEY))["items"]
    assert [each["on_hand_mg"] for each in shelf] == ["500", "500"]


async def a_draw_while_the_dose_is_refused(world: World, overtaking: Overtaking) -> None:
    """The session is another owner's than the vial."""
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"equipment_ready": False}))
    vial = await has_vial(world)
    overtaking.by(lambda: does(world, session_id, "refuse"))
    late = await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", {"session_id": session_id, "ml": "1"})
    assert refusal(late) == (409, "wrong_state")


async def an_entry_while_the_same_is_wasted(world: World, overtaking: Overtaking) -> None:
    _, vial, draw_id = await drawn(world)
    overtaking.by(lambda: wastes_before_witness(world, vial, draw_id, "30"))
    entry = {"kind": "wasted", "mg": "30", "draw_id": draw_id, "note": "rest of the syringe"}
    late = await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", entry)
    assert refusal(late) == (409, "draw_exceeded")


async def a_reversal_while_it_is_reversed(world: World, overtaking: Overtaking) -> None:
    _, vial, draw_id = await drawn(world)
    path = f"/v1/drug-log/containers/{vial}/entries/{await wastes(world, vial, draw_id, '50')}/reverse"
    overtaking.by(lambda: world.nurse.post(path, {"note": "wrong draw"}))
    assert refusal(await world.nurse.post(path, {"note": "wrong draw"})) == (409, "already_reversed")


async def a_witness_while_the_entry_is_reversed(world: World, overtaking: Overtaking) -> None:
    _, vial, draw_id = await drawn(world)
    path = f"/v1/drug-log/containers/{vial}/entries/{await wastes(world, vial, draw_id, '50')}"
    overtaking.by(lambda: world.nurse.post(f"{path}/reverse", {"note": "wrong draw"}))
    late = await world.nurse_called("second-nurse").post(f"{path}/witness")
    assert refusal(late) == (409, "already_reversed")


async def a_day_is_closed_while_something_is_entered(world: World, overtaking: Overtaking) -> None:
    vial = await has_vial(world)
    spilled = {"kind": "spilled", "mg": "50", "note": "the vial fell"}
    overtaking.by(lambda: world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", spilled))
    late = await world.nurse.post(f"{DAY}/close", {"counts": {vial: "500"}})
    assert refusal(late) == (409, "day_does_not_reconcile")
    assert await world.said_at(MILL_VALLEY) == []


async def a_day_is_closed_while_another_vial_is_received(world: World, overtaking: Overtaking) -> None:
    """Nothing that was read has changed; something was added to it."""
    vial = await has_vial(world)
    overtaking.by(lambda: has_vial(world))
    late = await world.nurse.post(f"{DAY}/close", {"counts": {vial: "500"}})
    assert refusal(late) == (409, "day_does_not_reconcile")


async def lost(world: World) -> str:
    """The path of the case that a loss of 450 mg has opened."""
    ok(
        await world.nurse.post(
            f"/v1/drug-log/containers/{await has_vial(world)}/entries", {"kind": "lost", "mg": "450"}
        ),
        201,
    )
    (case,) = ok(await world.nurse.get(f"/v1/drug-log/locations/{MILL_VALLEY}/cases"))["items"]
    return f"/v1/drug-log/cases/{case['id']}"


async def a_discrepancy_is_judged_while_it_is_judged(world: World, overtaking: Overtaking) -> None:
    case, judged = await lost(world), {"how": "theft", "note": "the lock was forced"}
    overtaking.by(lambda: world.prescriber.post(f"{case}/judgements", judged))
    assert refusal(await world.prescriber.post(f"{case}/judgements", judged)) == (409, "case_judged")


async def a_report_while_it_turns_out_to_be_none(world: World, overtaking: Overtaking) -> None:
    case = await lost(world)
    ok(await world.prescriber.post(f"{case}/judgements", {"how": "significant", "note": "not found"}), 201)
    director, found = world.calling(Role.MEDICAL_DIRECTOR), {"how": "explained", "note": "it was in the other drawer"}
    overtaking.by(lambda: director.post(f"{case}/judgements", found))
    report = {"kind": "dea_form_106", "reference": "106-77"}
    assert refusal(await world.prescriber.post(f"{case}/reports", report)) == (409, "report_not_asked")


async def a_discrepancy_is_late_while_it_is_judged(world: World, overtaking: Overtaking) -> None:
    case = await lost(world)
    world.clock.now = datetime.fromisoformat(ok(await world.nurse.get(case))["pending"][0]["due_by"])
    overtaking.by(lambda: world.prescriber.post(f"{case}/judgements", {"how": "minor", "note": "the hub"}))
    await world.catch_up()
    assert "DrugTaskOverdue" not in await world.said_at(MILL_VALLEY)


async def a_day_is_confirmed_while_it_is_confirmed(world: World, overtaking: Overtaking) -> None:
    vial = await has_vial(world)
    ok(await world.nurse.post(f"{DAY}/close", {"counts": {vial: "500"}}), 201)
    overtaking.by(lambda: world.nurse_called("second-nurse").post(f"{DAY}/confirm"))
    assert refusal(await world.nurse_called("third-nurse").post(f"{DAY}/confirm")) == (409, "day_confirmed")


INVENTORIES = f"/v1/drug-log/locations/{MILL_VALLEY}/inventories"


async def inventories(world: World, *vials: str) -> httpx.Response:
    counted = {vial: {"quantity": "10", "unit": "ml"} for vial in vials}
    return await world.nurse.post(INVENTORIES, {"moment": "opening", "counted": counted})


async def signs_inventory(world: World, inventory: str) -> httpx.Response:
    return await world.nurse_called("second-nurse").post(f"/v1/drug-log/inventories/{inventory}/confirm")


async def inventoried(world: World) -> tuple[str, str]:
    """A vial of the day before, and its inventory, which waits for its second signature."""
    vial = await has_vial(world)
    await world.travel(timedelta(days=1))
    return vial, str(ok(await inventories(world, vial), 201)["id"])


async def an_inventory_while_another_vial_is_received(world: World, overtaking: Overtaking) -> None:
    vial = await has_vial(world)
    await world.travel(timedelta(days=1))
    overtaking.by(lambda: has_vial(world))
    assert refusal(await inventories(world, vial)) == (409, "inventory_after_opening")


async def an_inventory_signed_while_another_vial_is_received(world: World, overtaking: Overtaking) -> None:
    _, inventory = await inventoried(world)
    world.clock.advance(timedelta(minutes=1))
    overtaking.by(lambda: has_vial(world))
    assert refusal(await signs_inventory(world, inventory)) == (409, "inventory_stale")


async def an_inventory_is_due_while_the_next_is_signed(world: World, overtaking: Overtaking) -> None:
    vial, inventory = await inventoried(world)
    ok(await signs_inventory(world, inventory))
    shown = ok(await world.nurse.get(f"/v1/drug-log/inventories/{inventory}"))
    await world.travel(timedelta(days=1))
    again = str(ok(await inventories(world, vial), 201)["id"])
    world.clock.now = datetime.fromisoformat(shown["asked_for_at"])
    overtaking.by(lambda: signs_inventory(world, again))
    await world.catch_up()
    assert "DrugTaskDue" not in await world.said_at(MILL_VALLEY)


async def a_first_inventory_is_late_while_it_is_signed(world: World, overtaking: Overtaking) -> None:
    vial = await has_vial(world)
    ok(await world.nurse.post(f"{DAY}/close", {"counts": {vial: "500"}}), 201)
    ok(await world.nurse_called("second-nurse").post(f"{DAY}/confirm"))
    taken = {"moment": "close", "counted": {vial: {"quantity": "10", "unit": "ml"}}}
    inventory = str(ok(await world.nurse.post(INVENTORIES, taken), 201)["id"])
    due = await world.ports.first_inventories.next_due()
    assert due is not None
    world.clock.now = due[0]
    overtaking.by(lambda: signs_inventory(world, inventory))
    await world.catch_up()
    first = await world.ports.first_inventories.get(MILL_VALLEY)
    assert (first.said_overdue, first.taken_at) == (False, due[0])


async def a_form_sent_while_it_is_sent(world: World, overtaking: Overtaking) -> None:
    session_id = await treated(world)
    overtaking.by(lambda: sends_form(world, session_id))
    assert refusal(await sends_form(world, session_id)) == (409, "rems_form_submitted")


async def a_form_is_late_while_it_is_sent(world: World, overtaking: Overtaking) -> None:
    session_id = await treated(world)
    form = await world.ports.rems_forms.get(SessionId(session_id))
    world.clock.now = form.due_by
    overtaking.by(lambda: sends_form(world, session_id))
    await world.catch_up()
    assert await world.alarmed(form.patient_id) == ["RemsFormDue", "RemsFormSubmitted"]


async def to_call(world: World) -> tuple[str, str]:
    """A patient, and the contact to be made by the end of the next day."""
    patient_id = (await has_course(world)).patient_id
    await suffers(world, patient_id, grade=1)
    first, _ = ok(await world.nurse.get(f"/v1/patients/{patient_id}/follow-up-contacts"))["items"]
    return patient_id, first["id"]


async def a_call_while_another_reaches_the_patient(world: World, overtaking: Overtaking) -> None:
    _, contact_id = await to_call(world)
    overtaking.by(lambda: calls(world, contact_id))
    assert refusal(await calls(world, contact_id)) == (409, "contact_made")


async def a_contact_is_late_while_it_is_made(world: World, overtaking: Overtaking) -> None:
    patient_id, contact_id = await to_call(world)
    world.clock.now = (await world.ports.contacts.get(ContactId(contact_id))).due_by
    overtaking.by(lambda: calls(world, contact_id))
    await world.catch_up()
    assert "FollowUpContactOverdue" not in await world.said_types(patient_id)
