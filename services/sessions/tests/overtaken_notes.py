"""What overtakes the commands on notes, and what comes of it then."""

from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import has_course, ok, refusal, therapy_hour
from services.sessions.tests.world import World
from services.sessions.tests.written import adds_to_note, drafts_note, keeps_more, keeps_note, signs_note


async def after_an_hour(world: World) -> str:
    return await therapy_hour(world, await has_course(world), "preparation")


async def a_note_while_another_is_written(world: World, overtaking: Overtaking) -> None:
    session_id = await after_an_hour(world)
    overtaking.by(lambda: drafts_note(world, session_id))
    await drafts_note(world, session_id)
    assert len(ok(await world.therapist.get(f"/v1/sessions/{session_id}/notes"))["items"]) == 2


async def a_draft_written_anew_while_it_is_signed(world: World, overtaking: Overtaking) -> None:
    note_id = await drafts_note(world, await after_an_hour(world))
    overtaking.by(lambda: signs_note(world, note_id))
    late = await world.therapist.put(f"/v1/notes/{note_id}", {"text": "otherwise"}, version=1)
    assert refusal(late) == (409, "note_signed")


async def a_note_signed_while_it_is_written_anew(world: World, overtaking: Overtaking) -> None:
    note_id = await drafts_note(world, await after_an_hour(world))
    overtaking.by(lambda: world.therapist.put(f"/v1/notes/{note_id}", {"text": "otherwise"}, version=1))
    assert refusal(await signs_note(world, note_id)) == (412, "stale_version")


async def an_addition_while_another_is_made(world: World, overtaking: Overtaking) -> None:
    note_id = await drafts_note(world, await after_an_hour(world))
    ok(await signs_note(world, note_id))
    overtaking.by(lambda: adds_to_note(world, note_id, "first"))
    ok(await adds_to_note(world, note_id, "second"), 201)
    note = ok(await world.nurse.get(f"/v1/notes/{note_id}"))
    assert [each["text"] for each in note["addenda"]] == ["first", "second"]


async def a_psychotherapy_note_while_another_is_written(world: World, overtaking: Overtaking) -> None:
    session_id = await after_an_hour(world)
    overtaking.by(lambda: keeps_note(world, session_id))
    await keeps_note(world, session_id)
    assert len(ok(await world.therapist.get(f"/v1/sessions/{session_id}/psychotherapy-notes"))["items"]) == 2


async def a_passage_while_another_is_written(world: World, overtaking: Overtaking) -> None:
    note_id = await keeps_note(world, await after_an_hour(world))
    overtaking.by(lambda: keeps_more(world, note_id, "first"))
    ok(await keeps_more(world, note_id, "second"), 201)
    note = ok(await world.therapist.get(f"/v1/psychotherapy-notes/{note_id}"))
    assert [each["text"] for each in note["passages"]] == ["her father", "first", "second"]
