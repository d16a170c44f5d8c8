"""In an emergency whoever is there reads what was given and what went wrong, and no note."""

from careflow_service.identity import Role
from services.sessions.tests.clinic import has_course, ok, refusal, therapy_hour
from services.sessions.tests.world import World
from services.sessions.tests.written import drafts_note, keeps_note, signs_note

WHY = {"kind": "safety_crisis", "reason": "He calls from a bridge; nobody of the team answers."}


async def test_a_coordinator_reads_the_sessions_and_what_went_wrong_and_no_note(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    note = await drafts_note(world, session_id)
    ok(await signs_note(world, note))
    kept = await keeps_note(world, session_id)
    coordinator, patient = world.calling(Role.COORDINATOR), f"/v1/patients/{course.patient_id}"
    assert refusal(await coordinator.get(f"/v1/sessions/{session_id}")) == (403, "forbidden")

    access = ok(await coordinator.post(f"{patient}/emergency-accesses", WHY), 201)["id"]

    under = coordinator.under(access)
    assert session_id in [each["id"] for each in ok(await under.get(f"{patient}/sessions"))["items"]]
    assert ok(await under.get(f"/v1/sessions/{session_id}"))["id"] == session_id
    assert ok(await under.get(f"{patient}/adverse-events"))["items"] == []
    for path in (
        f"{patient}/notes",
        f"/v1/notes/{note}",
        f"/v1/sessions/{session_id}/notes",
        f"/v1/sessions/{session_id}/psychotherapy-notes",
        f"/v1/psychotherapy-notes/{kept}",
        f"/v1/sessions/{session_id}/record",
        f"/v1/sessions/{session_id}/gate",
        f"{patient}/plans",
    ):
        assert refusal(await under.get(path)) == (403, "forbidden"), path
    officer = world.calling(Role.PRIVACY_OFFICER)
    reads = ok(await officer.get(f"/v1/emergency-accesses/{access}/reads"))["items"]
    assert [each["action"] for each in reads] == ["read_adverse_event", "read_session", "read_session"]
