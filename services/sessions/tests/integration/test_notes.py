"""Notes over HTTP and events: who writes, signs and reads them, and what of it is said."""

from careflow_service.identity import Role
from services.sessions.tests.clinic import books, does, has_course, ok, refusal, session_of, therapy_hour
from services.sessions.tests.world import World
from services.sessions.tests.written import adds_to_note, drafts_note, keeps_more, keeps_note, signs_note


async def test_a_note_is_drafted_rewritten_signed_and_added_to(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    note_id = await drafts_note(world, session_id)
    assert refusal(await world.nurse.get(f"/v1/notes/{note_id}")) == (404, "note_not_found")
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}/notes"))["items"] == []

    ok(await world.therapist.put(f"/v1/notes/{note_id}", {"text": "calm"}, version=1))
    stale = await world.therapist.put(f"/v1/notes/{note_id}", {"text": "uneasy"}, version=1)
    assert refusal(stale) == (412, "stale_version")
    ok(await signs_note(world, note_id, 2))
    assert refusal(await signs_note(world, note_id, 3)) == (409, "note_signed")
    ok(await adds_to_note(world, note_id), 201)

    (note,) = ok(await world.nurse.get(f"/v1/sessions/{session_id}/notes"))["items"]
    assert (note["text"], note["author"], note["kind"]) == ("calm", "user-therapist", "therapy")
    assert [(each["text"], each["by"]) for each in note["addenda"]] == [("slept well", "user-nurse")]
    assert ok(await world.nurse.get(f"/v1/notes/{note_id}")) == note
    assert ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/notes"))["items"] == [note]
    (said,) = [each for each in await world.said(course.patient_id) if ".NoteSigned." in each.type]
    assert {name: said.data[name] for name in ("note_id", "session_id", "kind", "signed_by")} == {
        "note_id": note_id,
        "session_id": session_id,
        "kind": "therapy",
        "signed_by": "user-therapist",
    }


async def test_who_has_drafts_finds_them_in_one_list_until_they_are_signed(world: World) -> None:
    first, second = [await therapy_hour(world, await has_course(world), "preparation") for _ in range(2)]
    older, newer = [await drafts_note(world, each) for each in (first, second)]
    await drafts_note(world, first, "stable", by=world.nurse, kind="nursing")

    ok(await world.therapist.put(f"/v1/notes/{older}", {"text": "calm"}, version=1))
    listed = ok(await world.therapist.get("/v1/unsigned-notes", limit=1))
    assert [each["id"] for each in listed["items"]] == [older]
    rest = ok(await world.therapist.get("/v1/unsigned-notes", after=listed["next"]))
    assert [each["id"] for each in rest["items"]] == [newer]
    ok(await signs_note(world, older, 2))
    assert [each["id"] for each in ok(await world.therapist.get("/v1/unsigned-notes"))["items"]] == [newer]


async def test_nobody_writes_in_anothers_profession_or_signs_before_the_session(world: World) -> None:
    course = await has_course(world)
    appointment_id = await books(world, course.patient_id, world.clock(), kind="preparation")
    session_id = (await session_of(world, appointment_id))["id"]
    medical = {"kind": "medical", "text": "fit for treatment"}
    assert refusal(await world.nurse.post(f"/v1/sessions/{session_id}/notes", medical)) == (403, "role_not_held")

    note_id = await drafts_note(world, session_id)
    assert refusal(await signs_note(world, note_id)) == (409, "session_not_begun")
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start", by=world.therapist))
    ok(await signs_note(world, note_id))


async def test_a_psychotherapy_note_exists_for_its_author_alone(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    note_id = await keeps_note(world, session_id)
    ok(await keeps_more(world, note_id), 201)

    note = ok(await world.therapist.get(f"/v1/psychotherapy-notes/{note_id}"))
    assert [each["text"] for each in note["passages"]] == ["her father", "and her mother"]
    path = f"/v1/sessions/{session_id}/psychotherapy-notes"
    assert ok(await world.therapist.get(path))["items"] == [note]
    (read, *_) = await world.store.database["_audit"].find({"action": "read_psychotherapy_note"}).to_list()
    assert (read["actor"], read["touched"]) == ("user-therapist", [f"psychotherapy_notes/{note_id}"])

    colleague = world.calling(Role.THERAPIST, subject="another-therapist")
    for caller in (colleague, world.prescriber):
        assert ok(await caller.get(path))["items"] == []
        unknown = await caller.get(f"/v1/psychotherapy-notes/{note_id}")
        assert refusal(unknown) == (404, "psychotherapy_note_not_found")
        more = await caller.post(f"/v1/psychotherapy-notes/{note_id}/passages", {"text": "mine"})
        assert refusal(more) == (404, "psychotherapy_note_not_found")
    for caller in (world.nurse, world.calling(Role.MEDICAL_DIRECTOR), world.patient(course.patient_id)):
        assert refusal(await caller.get(path)) == (403, "forbidden")
    assert ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/notes"))["items"] == []
    assert "her father" not in (await world.nurse.get(f"/v1/sessions/{session_id}/record")).text
    assert not any("Note" in name for name in await world.said_types(course.patient_id))


async def test_a_psychotherapy_note_has_a_key_of_its_own(world: World) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    await keeps_note(world, session_id)
    await drafts_note(world, session_id)

    async def key_of(collection: str) -> bytes:
        document = await world.store.database[collection].find_one({})
        assert document is not None
        return bytes(document["body"][1:17])

    assert await key_of("psychotherapy_notes") != await key_of("notes")
    assert await key_of("notes") == await key_of("plans")
