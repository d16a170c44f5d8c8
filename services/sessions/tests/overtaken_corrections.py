"""What overtakes the pump of an infusion and whoever puts right what was recorded wrong, and what comes of it then."""

from datetime import timedelta

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import does, has_course, observes, ok, ready_for_dose, refusal
from services.sessions.tests.overtaken_sessions import dosed
from services.sessions.tests.world import World


async def a_correction_while_the_check_is_recorded_again(world: World, overtaking: Overtaking) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    path = f"/v1/sessions/{session_id}/checks"
    overtaking.by(lambda: world.nurse.post(path, {"drug_screen": "unexpected"}))
    corrected = {"drug_screen": "unexpected", "reason": "misread"}
    assert refusal(await does(world, session_id, "checks/corrections", corrected)) == (422, "nothing_corrected")


async def signs_put_right_while_they_are_put_right(world: World, overtaking: Overtaking) -> None:
    _, session_id = await dosed(world)
    ok(await observes(world, session_id), 201)
    path = f"/v1/sessions/{session_id}/vitals/corrections"
    wrong = {"among": "vitals", "number": 0, "signs": {"heart_rate": 80}, "reason": "misread"}
    overtaking.by(lambda: world.nurse.post(path, wrong))
    assert refusal(await world.nurse.post(path, wrong)) == (409, "already_corrected")


async def a_pump_is_set_while_the_dose_ends(world: World, overtaking: Overtaking) -> None:
    _, session_id = await dosed(world)
    overtaking.by(lambda: world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    rate = {"step": "rate_changed", "ml_per_hour": "1.2"}
    assert refusal(await world.nurse.post(f"/v1/sessions/{session_id}/doses/pump", rate)) == (409, "no_dose_running")


async def a_dose_put_right_while_it_is_put_right(world: World, overtaking: Overtaking) -> None:
    _, session_id = await dosed(world)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    wrong = {"number": 0, "ml": "0.6", "reason": "misread"}
    overtaking.by(lambda: does(world, session_id, "doses/corrections", wrong))
    assert refusal(await does(world, session_id, "doses/corrections", wrong)) == (422, "nothing_corrected")


async def when_somebody_left_put_right_while_it_is_put_right(world: World, overtaking: Overtaking) -> None:
    _, session_id = await dosed(world)
    await world.travel(timedelta(minutes=40))
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    right = {"left_at": (world.clock() - timedelta(minutes=10)).isoformat(), "reason": "seen at the door"}
    overtaking.by(lambda: does(world, session_id, "leaving/corrections", right))
    assert refusal(await does(world, session_id, "leaving/corrections", right)) == (422, "nothing_corrected")
