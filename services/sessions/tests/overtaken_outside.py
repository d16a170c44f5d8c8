"""What overtakes a dose that is written down outside the gate, and its review, and what comes of it then."""

from datetime import timedelta

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import does, ok, refusal
from services.sessions.tests.medicated import (
    does_with,
    gave_outside,
    medicines,
    outside,
    reviews_medicine,
    visit,
)
from services.sessions.tests.outside import gate_closes_after_the_dose, late, record, reviews
from services.sessions.tests.world import World


async def a_dose_written_down_while_it_is_written_down(world: World, overtaking: Overtaking) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    body = late(world, vial, draw_id)
    overtaking.by(lambda: does(world, session_id, "doses/outside-gate", body))
    assert refusal(await does(world, session_id, "doses/outside-gate", body)) == (409, "dose_recorded_already")
    assert len((await record(world, session_id))["doses"]) == 1


async def a_review_while_it_is_reviewed(world: World, overtaking: Overtaking) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    overtaking.by(lambda: reviews(world, session_id))
    assert refusal(await reviews(world, session_id)) == (409, "review_final")


async def a_review_is_late_while_it_is_made(world: World, overtaking: Overtaking) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    due = await world.ports.sessions.next_review_overdue()
    assert due is not None
    await world.travel(due[0] - world.clock() - timedelta(seconds=1))
    patient_id = (await record(world, session_id))["patient_id"]
    world.clock.advance(timedelta(seconds=1))
    overtaking.by(lambda: reviews(world, session_id))
    await world.catch_up()
    said = await world.alarmed(patient_id)
    assert "DoseReviewCompleted" in said
    assert "DoseReviewOverdue" not in said


async def a_medicine_written_down_while_it_is_written_down(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    body = outside(world)
    overtaking.by(lambda: does_with(world, session_id, "outside-order", body))
    told = await does_with(world, session_id, "outside-order", body)
    assert refusal(told) == (409, "medicine_recorded_already")
    assert len((await medicines(world, session_id))["given"]) == 1


async def a_review_of_a_medicine_while_it_is_reviewed(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    given_id = await gave_outside(world, session_id, outside(world))
    overtaking.by(lambda: reviews_medicine(world, session_id, given_id))
    assert refusal(await reviews_medicine(world, session_id, given_id)) == (409, "review_final")


async def a_review_of_a_medicine_is_late_while_it_is_made(world: World, overtaking: Overtaking) -> None:
    session_id = await visit(world)
    patient_id = (await record(world, session_id))["patient_id"]
    given_id = await gave_outside(world, session_id, outside(world))
    due = await world.ports.medication.next_review_overdue()
    assert due is not None
    await world.travel(due[0] - world.clock() - timedelta(seconds=1))
    world.clock.advance(timedelta(seconds=1))
    overtaking.by(lambda: reviews_medicine(world, session_id, given_id))
    await world.catch_up()
    said = await world.alarmed(patient_id)
    assert "DoseReviewCompleted" in said
    assert "DoseReviewOverdue" not in said
