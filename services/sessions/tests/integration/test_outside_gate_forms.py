"""A dose outside the gate by the forms of the bedside: offered where the gate is closed, written down, reviewed."""

from datetime import timedelta

import pytest

from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.clinic import does, draws, has_course, has_vial, ok, ready_for_dose
from services.sessions.tests.integration.test_bedside_forms import clock, fills
from services.sessions.tests.outside import INJECTED, MINUTE, gate_closes_after_the_dose, record
from services.sessions.tests.world import World

GIVEN = "A dose was given, and the gate is closed"
REVIEW = "Review a dose outside the gate"
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
    assert "Doses outside the gate to be reviewed" in today.text
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
