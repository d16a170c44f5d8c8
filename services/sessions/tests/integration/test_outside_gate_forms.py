"""A dose outside the gate by the forms of the bedside: offered where the gate is closed, written down, reviewed."""

from datetime import datetime, timedelta

import pytest

from careflow_service.identity import Role
from services.sessions.tests.bedside import clock, logs_in, of
from services.sessions.tests.clinic import does, draws, has_course, has_vial, ok, ready_for_dose
from services.sessions.tests.integration.test_bedside_forms import fills
from services.sessions.tests.medicated import medicines, visit
from services.sessions.tests.otherwise import dosed_yesterday, held, hour_nobody_began, therapy
from services.sessions.tests.outside import INJECTED, MINUTE, gate_closes_after_the_dose, late, record
from services.sessions.tests.world import World

GIVEN = "A dose was given, and the gate is closed"
REVIEW = "Review a dose outside the gate"
HELD = "Therapy was held, not as planned"
REVIEWS = "/pages/bedside/reviews"
MEDICINE_GIVEN = "A medicine was given, and its order does not allow it"
pytestmark = pytest.mark.thorough


async def test_it_is_written_down_and_reviewed_by_forms(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    typed = {
        "given_at": clock(world.clock() - 39 * MINUTE),
        "route": "intramuscular",
        "taken": f"{vial}/{draw_id}",
        "mg": "40",
        "ml": "0.8",
        "mg_per_ml": "50",
    }
    unexplained = await fills(nurse, page, GIVEN, **typed)
    assert unexplained.status == 422
    assert "It allows nothing" in unexplained.text
    done = await nurse.presses(unexplained, "Save", reason="I was with her", **typed)
    assert "The dose is on record, outside the gate." in done.text
    assert "no further dose until a prescriber has reviewed it" in done.text
    assert "Given outside the gate into a muscle." in done.text
    assert "Not in order when it was given: nothing" in done.text

    prescriber, today = await logs_in(world, Role.PRESCRIBER)
    assert "To be reviewed: given outside the gate" in today.text
    page = await prescriber.opens(of(session_id))
    (mark,) = [each["outside_gate"] for each in (await record(world, session_id))["doses"]]
    signed = await fills(prescriber, page, REVIEW, dose_id=mark["id"], decision="resume", note="seen, settled")
    assert "The review is signed." in signed.text
    assert "reviewed, dosing may go on." in signed.text
    assert REVIEW not in signed.text


async def test_it_is_no_way_around_an_open_gate(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world, **INJECTED))
    await draws(world, await has_vial(world), session_id, "0.8")
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    assert GIVEN not in page.text
    ok(await does(world, session_id, "checks", {"equipment_ready": False}))
    await world.travel(timedelta(minutes=1))
    page = await nurse.opens(of(session_id))
    assert GIVEN in page.text


async def test_who_reviews_sees_each_dose_with_what_stood_against_it(world: World) -> None:
    _, empty = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)
    assert "Nothing waits for its review." in empty.text
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)
    assert "Not in order when it was given: nothing" in page.text
    assert "Blood pressure not too high twice" in page.text
    assert "I was with her" in page.text
    form = await prescriber.follows(page, REVIEW)
    assert "Blood pressure not too high twice" in form.text
    (mark,) = [each["outside_gate"] for each in (await record(world, session_id))["doses"]]
    unexplained = await prescriber.presses(form, "Save", dose_id=mark["id"], decision="hold")
    assert unexplained.status == 422
    held = await prescriber.presses(unexplained, "Save", dose_id=mark["id"], decision="hold", note="ask her first")
    assert "reviewed and held: no further dose until another review has decided" in held.text
    assert "ask her first" in (await prescriber.opens(REVIEWS)).text
    decided = await fills(prescriber, held, REVIEW, dose_id=mark["id"], decision="resume", note="seen, settled")
    assert "reviewed, dosing may go on." in decided.text
    assert "Nothing waits for its review." in (await prescriber.opens(REVIEWS)).text


@pytest.mark.parametrize(("giver", "absent"), [("user-nurse", False), ("night-nurse", True)])
async def test_who_reviews_it_reads_that_nobody_knows_of_the_giver_there(
    world: World, giver: str, absent: bool
) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    paper = late(world, vial, draw_id, given_by=giver)
    ok(await does(world, session_id, "doses/outside-gate", paper), 201)

    _, page = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)

    assert ("is not on record as in the session then: ask." in page.text) is absent
    (mark,) = [each["outside_gate"] for each in (await record(world, session_id))["doses"]]
    assert mark["giver_absent"] is absent


async def test_whoever_gave_it_is_told_that_somebody_else_reviews_it(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    mine = late(world, vial, draw_id, given_by=f"user-{Role.PRESCRIBER}")
    ok(await does(world, session_id, "doses/outside-gate", mine), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)
    assert "You gave this or wrote it down: somebody else reviews it." in page.text
    assert REVIEW not in page.text
    form = await prescriber.opens(f"/pages/bedside/{session_id}/review-dose")
    assert "Nothing here is yours to review." in form.text
    assert "Save" not in form.text


async def test_a_medicine_without_an_order_is_written_down_and_reviewed_by_forms(world: World) -> None:
    session_id = await visit(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    typed = {
        "given_at": clock(world.clock()),
        "medicine.medicine": "Epinephrine",
        "medicine.strength": "0.3 mg pen",
        "medicine.route": "intramuscular",
        "medicine.unit": "mg",
        "medicine.indication": "anaphylaxis",
        "medicine.controlled": "no",
        "amount": "0.3",
        "allergic": "no",
    }
    unexplained = await fills(nurse, page, MEDICINE_GIVEN, **typed)
    assert unexplained.status == 422
    done = await nurse.presses(unexplained, "Save", reason="she could not breathe", **typed)
    assert "The medicine is on record, outside its order." in done.text
    assert "Epinephrine was given outside its order" in done.text
    assert "What stood against it: Nobody had ordered it." in done.text

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)
    assert "Medicines outside their order" in page.text
    form = await prescriber.follows(page, "Review a medicine outside its order")
    assert "Nobody had ordered it." in form.text
    given_id = (await medicines(world, session_id))["given"][0]["id"]
    signed = await prescriber.presses(form, "Save", administration_id=given_id, decision="resume", note="seen")
    assert "The review is signed." in signed.text
    assert "Nothing waits for its review." in (await prescriber.opens(REVIEWS)).text


async def test_an_hour_held_otherwise_is_written_down_and_reviewed_by_forms(world: World) -> None:
    session_id = await hour_nobody_began(world, await dosed_yesterday(world))
    therapist, page = await logs_in(world, Role.THERAPIST, to=of(session_id))
    times = therapy(world)
    typed = {name: clock(datetime.fromisoformat(times[name])) for name in ("started_at", "ended_at")}
    unexplained = await fills(therapist, page, HELD, **typed)
    assert unexplained.status == 422
    done = await therapist.presses(unexplained, "Save", reason="the tablet was flat", **typed)
    assert "The therapy is on record, as held otherwise." in done.text
    assert "it counts once somebody else has reviewed it" in done.text

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=REVIEWS)
    assert "Outside the times of its session" in page.text
    form = await prescriber.follows(page, "Review therapy held otherwise")
    assert "Whoever held it had not joined as a therapist" in form.text
    mark = await held(world, session_id)
    signed = await prescriber.presses(form, "Save", therapy_id=mark["id"], decision="counts", note="asked both")
    assert "reviewed, it counts." in signed.text
    assert "Nothing waits for its review." in (await prescriber.opens(REVIEWS)).text
