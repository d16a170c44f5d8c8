"""Medicines beside the dose over HTTP: standing, written and verbal orders, what is given by them, the drug log."""

from datetime import timedelta

from careflow_events.catalogue import read
from careflow_events.contracts import ClinicalFactReported
from careflow_service.identity import Role
from careflow_service.testing.world import SEALING
from services.sessions.tests.clinic import (
    does,
    dose,
    draws,
    gate_of,
    has_course,
    has_vial,
    observes,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
    wastes_before_witness,
)
from services.sessions.tests.medicated import (
    ORDERS,
    answers,
    asked,
    does_with,
    draws_for,
    gave,
    gives,
    has_lorazepam,
    lorazepam,
    medicine,
    medicines,
    orders,
    revokes,
    signs_standing_order,
    takes_order,
    visit,
)
from services.sessions.tests.news import allergies_changed
from services.sessions.tests.world import World

HOUR = timedelta(hours=1)


async def test_a_nurse_gives_within_a_standing_order_until_it_is_revoked(world: World) -> None:
    order_id, session_id = await signs_standing_order(world), await visit(world)
    (offer,) = (await medicines(world, session_id))["offers"]
    assert (offer["basis"], offer["refused"]) == ("standing", "allergies_not_asked")
    await asked(world, session_id)

    given_id = await gave(world, session_id, order_id)

    assert refusal(await gives(world, session_id, order_id)) == (409, "medicine_too_soon")
    await world.travel(HOUR)
    assert refusal(await gives(world, session_id, order_id, "4.1")) == (409, "visit_maximum_exceeded")
    ok(await revokes(world, order_id))
    assert refusal(await gives(world, session_id, order_id)) == (409, "standing_order_revoked")
    found = await medicines(world, session_id)
    assert found["offers"] == []
    (given,) = found["given"]
    assert (given["id"], given["basis"], given["amount"], given["unit"]) == (given_id, "standing", "4", "mg")
    assert (given["by"], given["medicine"]["indication"]) == ("user-nurse", "nausea")
    audited = {each["action"] async for each in world.store.database["_audit"].find({"actor": "user-nurse"})}
    assert {"give_medicine", "read_medicines"} <= audited
    (order,) = ok(await world.nurse.get(ORDERS))["items"]
    assert (order["signed_by"], order["revocation"]["by"]) == ("user-prescriber", "user-prescriber")


async def test_an_allergy_screening_knows_of_is_shown_and_stands_until_a_prescriber_orders_in_spite_of_it(
    world: World,
) -> None:
    order_id, session_id = await signs_standing_order(world), await visit(world)
    await asked(world, session_id)
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    await world.hear(allergies_changed(patient_id, world.clock(), "Zofran - hives", "latex"))
    found = await medicines(world, session_id)
    assert found["allergies"] == ["Zofran - hives", "latex"]
    assert [each["refused"] for each in found["offers"]] == ["allergy_known"]
    assert refusal(await gives(world, session_id, order_id)) == (409, "allergy_known")

    path, body = f"/v1/sessions/{session_id}/medicine-orders", {"medicine": medicine()}
    assert refusal(await world.prescriber.post(path, body)) == (409, "allergy_known")
    why = {"despite_allergy": "Hives once, with another brand; watched."}
    decided = ok(await world.prescriber.post(path, {**body, **why}), 201)["added_id"]
    await gave(world, session_id, decided, allergic=True)
    (order,) = (await medicines(world, session_id))["orders"]
    assert order["despite"] == {"reason": why["despite_allergy"], "allergies": ["Zofran - hives"]}

    await world.hear(allergies_changed(patient_id, world.clock()))
    assert (await medicines(world, session_id))["allergies"] == []


async def test_what_a_patient_says_they_are_allergic_to_is_kept_and_told_to_screening(world: World) -> None:
    order_id, session_id = await signs_standing_order(world), await visit(world)
    await asked(world, session_id)
    assert refusal(await gives(world, session_id, order_id, allergic=True)) == (409, "allergic_to_medicine")
    said = {"order_id": order_id, "why": "allergic", "reason": "hives last year"}
    ok(await does_with(world, session_id, "not-given", said), 201)

    assert refusal(await gives(world, session_id, order_id)) == (409, "allergy_known")
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    event = (await world.said(patient_id))[-1]
    told = read(event, SEALING.ring("screening"))
    assert isinstance(told, ClinicalFactReported)
    assert told.for_screening is not None
    section = told.for_screening.opened()
    assert (section.fact, section.value, section.detail) == ("medicine_allergy", "Ondansetron", "hives last year")


async def test_an_order_by_word_is_signed_by_its_prescriber_and_by_nobody_else(world: World) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    await gave(world, session_id, order_id)
    (waiting,) = ok(await world.nurse.get("/v1/verbal-orders"))["items"]
    assert (waiting["session_id"], waiting["order"]["id"]) == (session_id, order_id)

    another = world.calling(Role.PRESCRIBER, subject="second-prescriber")
    assert refusal(await answers(world, session_id, order_id, by=another)) == (403, "order_of_another")
    assert refusal(await answers(world, session_id, order_id, by=world.nurse)) == (403, "forbidden")
    ok(await answers(world, session_id, order_id))

    assert ok(await world.nurse.get("/v1/verbal-orders"))["items"] == []
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    said = await world.alarmed(patient_id)
    assert said == ["OrderSignatureDue", "OrderSignatureCompleted"]


async def test_a_signature_that_is_late_is_said_once_and_listed_until_it_is_given(world: World) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    await world.travel(23 * HOUR)
    assert await world.alarmed(patient_id) == ["OrderSignatureDue"]

    await world.travel(HOUR)
    await world.travel(HOUR)

    assert await world.alarmed(patient_id) == ["OrderSignatureDue", "OrderSignatureOverdue"]
    (waiting,) = ok(await world.nurse.get("/v1/verbal-orders"))["items"]
    assert waiting["order"]["by_word"]["overdue"] is True
    ok(await answers(world, session_id, order_id))
    assert ok(await world.nurse.get("/v1/verbal-orders"))["items"] == []


async def test_a_refused_order_stays_disputed_with_what_was_given_by_it(world: World) -> None:
    session_id = await visit(world)
    order_id = await takes_order(world, session_id)
    await gave(world, session_id, order_id)
    assert refusal(await answers(world, session_id, order_id, signed=False)) == (422, "reason_missing")

    ok(await answers(world, session_id, order_id, signed=False, reason="I said 2 mg"))

    await world.travel(HOUR)
    assert refusal(await gives(world, session_id, order_id)) == (409, "order_disputed")
    record = ok(await world.therapist.get(f"/v1/sessions/{session_id}/record"))["medication"]
    assert [(each["disputed"], each["by_word"]["answer"]["reason"]) for each in record["orders"]] == [
        (True, "I said 2 mg")
    ]
    assert [each["order_id"] for each in record["given"]] == [order_id]


async def test_an_order_that_cannot_be_taken_changes_nothing(world: World) -> None:
    session_id = await visit(world)
    body = {"medicine": medicine(), "prescriber": "user-prescriber", "read_back": True, "reason": "by phone"}
    path = f"/v1/sessions/{session_id}/verbal-orders"
    for changes, code in (
        ({"read_back": False}, "order_not_read_back"),
        ({"prescriber": "user-nurse"}, "order_from_oneself"),
        ({"medicine": medicine(medicine="Ketamine")}, "medicine_is_the_dose"),
        ({"medicine": medicine(least="9")}, "dose_range_invalid"),
        ({"medicine": lorazepam(unit="tablet")}, "controlled_in_milligrams"),
    ):
        assert refusal(await world.nurse.post(path, {**body, **changes}))[1] == code
    assert (await medicines(world, session_id))["orders"] == []


async def test_what_is_not_given_looked_at_and_put_right_is_in_the_record(world: World) -> None:
    session_id = await visit(world)
    order_id = await orders(world, session_id)
    refused = {"order_id": order_id, "why": "refused", "reason": "would rather wait"}
    ok(await does_with(world, session_id, "not-given", refused), 201)
    given_id = await gave(world, session_id, order_id, "8")
    await world.travel(HOUR / 2)
    seen = {"administration_id": given_id, "relief": "relieved", "note": "ate a little"}
    ok(await does_with(world, session_id, "effects", seen), 201)

    wrong = {"administration_id": given_id, "amount": "4", "reason": "one tablet"}
    other = world.nurse_called("second-nurse")
    path = f"/v1/sessions/{session_id}/medicines/corrections"
    assert refusal(await other.post(path, wrong)) == (403, "correction_forbidden")
    ok(await world.nurse.post(path, wrong), 201)

    found = ok(await world.therapist.get(f"/v1/sessions/{session_id}/record"))["medication"]
    assert [(each["why"], each["reason"]) for each in found["not_given"]] == [("refused", "would rather wait")]
    (given,) = found["given"]
    assert (given["amount"], [each["amount"] for each in given["earlier"]]) == ("4", ["8"])
    assert [(each["relief"], each["note"]) for each in given["effects"]] == [("relieved", "ate a little")]
    await world.travel(HOUR)
    assert refusal(await gives(world, session_id, order_id)) == (409, "visit_maximum_reached")


async def test_a_controlled_medicine_goes_through_the_drug_log_and_never_past_it(world: World) -> None:
    session_id = await visit(world)
    order_id, vial = await takes_order(world, session_id, lorazepam()), await has_lorazepam(world)
    assert refusal(await gives(world, session_id, order_id, "1")) == (422, "controlled_without_draw")
    assert refusal(await draws_for(world, vial, session_id, order_id, "0.6")) == (409, "draw_above_order")
    assert refusal(await draws_for(world, await has_vial(world), session_id, order_id, "0.01")) == (
        409,
        "drug_mismatch",
    )
    draw_id = ok(await draws_for(world, vial, session_id, order_id), 201)["added_id"]
    out_of = {"container_id": vial, "draw_id": draw_id}

    given_id = await gave(world, session_id, order_id, "1", draw=out_of)
    wrong = {"administration_id": given_id, "amount": "0.5", "reason": "half of it"}
    ok(await does_with(world, session_id, "corrections", wrong), 201)

    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert [(each["kind"], each["mg"]) for each in log["entries"]] == [
        ("received", "2"),
        ("administered", "1"),
        ("administered", "1"),
        ("administered", "0.5"),
    ]
    assert (log["on_hand_mg"], log["in_container_mg"], log["draws"][0]["open_mg"]) == ("1.5", "1", "0.5")
    await wastes_before_witness(world, vial, draw_id, "0.5")


async def test_the_dose_is_not_taken_from_a_medicine_nor_held_up_by_one(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    order_id, lorazepam_vial = await orders(world, session_id, **lorazepam()), await has_lorazepam(world)
    other = ok(await draws_for(world, lorazepam_vial, session_id, order_id), 201)["added_id"]
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    taken = dose(lorazepam_vial, other, mg="1", ml="0.5", mg_per_ml="2", mg_per_kg="0.0125")
    assert refusal(await does(world, session_id, "doses", taken)) == (409, "drug_mismatch")
    out_of = {"container_id": vial, "draw_id": draw_id}
    assert refusal(await gives(world, session_id, order_id, "1", draw=out_of)) == (409, "drug_mismatch")
    ok(await does(world, session_id, "doses", dose(vial, draw_id)), 201)


async def test_a_medicine_given_for_a_breach_ends_none(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    await world.travel(timedelta(minutes=5))
    ok(await observes(world, session_id, systolic=190, diastolic=115), 201)
    await world.travel(timedelta(minutes=5))
    ok(await observes(world, session_id, systolic=191, diastolic=116), 201)
    before = await gate_of(world, session_id)
    high = {"signal": "systolic", "at_most": 120}
    order_id = await orders(world, session_id, medicine="Clonidine", indication="pressure", sign_limits=[high])

    await gave(world, session_id, order_id)

    assert await gate_of(world, session_id) == before
    assert before
    ok(await observes(world, session_id, systolic=118, diastolic=70), 201)
    found = await medicines(world, session_id)
    assert [each["refused"] for each in found["offers"]] == ["contraindicated_by_signs"]
    assert "urgent_breach_decided" in await gate_of(world, session_id)


async def test_an_order_of_somebody_elses_session_or_location_is_none_of_this_one(world: World) -> None:
    session_id, another = await visit(world), await visit(world)
    order_id = await orders(world, another)
    assert refusal(await gives(world, session_id, order_id)) == (404, "medicine_order_not_found")
