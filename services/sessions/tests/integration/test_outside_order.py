"""A medicine that was given although something stood against it: marked, told, reviewed, and in the drug log."""

from datetime import timedelta

from services.sessions.tests.clinic import gate_of, has_course, ok, ready_for_dose, refusal
from services.sessions.tests.medicated import (
    does_with,
    gave_outside,
    has_lorazepam,
    medicines,
    orders,
    outside,
    reviews_medicine,
    visit,
)
from services.sessions.tests.world import World


async def test_despite_an_allergy_it_is_marked_told_and_reviewed_before_another_dose(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    order_id = await orders(world, session_id)
    assert "dose_review_current" not in await gate_of(world, session_id)
    await world.travel(timedelta(minutes=5))
    given_id = await gave_outside(world, session_id, outside(world, order_id, allergic=True))
    (given,) = (await medicines(world, session_id))["given"]
    assert given["outside_order"]["against"] == ["allergic_to_medicine"]
    assert given["outside_order"]["holds_dosing"]
    assert "Ondansetron" in (await medicines(world, session_id))["allergies"]
    assert "dose_review_current" in await gate_of(world, session_id)
    said = await world.alarmed(patient_id)
    assert "DoseReviewDue" in said
    (waiting,) = ok(await world.prescriber.get("/v1/medicines-outside-order"))["items"]
    assert (waiting["session_id"], waiting["medicine"]["id"]) == (session_id, given_id)
    assert refusal(await reviews_medicine(world, session_id, given_id, by=world.nurse)) == (403, "forbidden")
    ok(await reviews_medicine(world, session_id, given_id), 201)
    assert "dose_review_current" not in await gate_of(world, session_id)
    assert ok(await world.prescriber.get("/v1/medicines-outside-order"))["items"] == []
    assert "DoseReviewCompleted" in await world.alarmed(patient_id)


async def test_what_came_out_of_the_log_without_a_draw_is_drawn_up_with_it(world: World) -> None:
    session_id = await visit(world)
    vial = await has_lorazepam(world)
    body = outside(world, container_id=vial, amount="1")
    body["medicine"] |= {"medicine": "Lorazepam", "strength": "2 mg/mL vial", "route": "intravenous"}
    await gave_outside(world, session_id, body)
    container = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert container["on_hand_mg"] == "1"
    late = [each for each in container["entries"] if each["kind"] == "administered"]
    assert [each["given_at"] for each in late] == [body["given_at"].replace("+00:00", "Z")]


async def test_what_its_order_allows_goes_the_ordinary_way(world: World) -> None:
    session_id = await visit(world)
    order_id = await orders(world, session_id)
    told = await does_with(world, session_id, "outside-order", outside(world, order_id, minutes=0))
    assert refusal(told) == (409, "order_allows_it")
    both = outside(world) | {"order_id": order_id}
    assert refusal(await does_with(world, session_id, "outside-order", both)) == (422, "medicine_or_order")
    assert (await medicines(world, session_id))["given"] == []


async def test_a_late_review_is_said_once(world: World) -> None:
    session_id = await visit(world)
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    await gave_outside(world, session_id, outside(world))
    await world.travel(timedelta(hours=25))
    await world.travel(timedelta(hours=1))
    assert (await world.alarmed(patient_id)).count("DoseReviewOverdue") == 1
    ended = await world.prescriber.post(
        f"/v1/patients/{patient_id}/care/discharges", {"reason": "patient_request", "aftercare": "whom to call"}
    )
    assert "dose_not_reviewed" in ended.text
