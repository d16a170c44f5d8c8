"""What overtakes a dose that is written down outside the gate, and its review, and what comes of it then."""

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import does, ok, refusal
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
