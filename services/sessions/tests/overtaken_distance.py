"""What overtakes the decisions about an hour whose patient is somewhere else, and what comes of it then."""

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import does, has_course, ok, refusal
from services.sessions.tests.distance import agrees_to_telehealth, hour_at_a_distance, verifies
from services.sessions.tests.world import World


async def _consented(world: World) -> tuple[str, str, str]:
    """Patient, consent and session of somebody on the line."""
    course = await has_course(world)
    consent_id = await agrees_to_telehealth(world, course.patient_id)
    return course.patient_id, consent_id, await hour_at_a_distance(world, course)


async def a_verification_while_another_is_recorded(world: World, overtaking: Overtaking) -> None:
    _, _, session_id = await _consented(world)
    overtaking.by(lambda: verifies(world, session_id, private=False))
    ok(await verifies(world, session_id))
    shown = ok(await world.therapist.get(f"/v1/sessions/{session_id}/telehealth"))
    assert [each["private"] for each in shown["verifications"]] == [False, True]


async def a_coordination_call_while_the_patient_finds_a_quiet_room(world: World, overtaking: Overtaking) -> None:
    _, _, session_id = await _consented(world)
    ok(await verifies(world, session_id, private=False))
    overtaking.by(lambda: verifies(world, session_id))
    called = await does(world, session_id, "coordination-call", {"minutes": 5, "note": "later"}, by=world.therapist)
    assert refusal(called) == (409, "nothing_failed")


async def an_hour_begins_while_its_consent_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    patient_id, consent_id, session_id = await _consented(world)
    ok(await verifies(world, session_id))
    overtaking.by(lambda: world.patient(patient_id).post(f"/v1/consents/{consent_id}/withdraw"))
    refused = await does(world, session_id, "start", by=world.therapist)
    assert refusal(refused) == (409, "telehealth_not_ready")
    assert refused.json()["missing"] == ["telehealth_consent"]


async def how_an_hour_is_held_while_somebody_else_says_so(world: World, overtaking: Overtaking) -> None:
    _, _, session_id = await _consented(world)
    other = {"modality": "phone", "reason": "the video failed"}
    overtaking.by(lambda: does(world, session_id, "how-held", other, by=world.therapist))
    late = await does(
        world, session_id, "how-held", {"modality": "in_person", "reason": "she came"}, by=world.therapist
    )
    assert refusal(late) == (412, "stale_version")
    assert ok(await world.therapist.get(f"/v1/sessions/{session_id}"))["modality"] == "phone"
