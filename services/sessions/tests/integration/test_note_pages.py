"""Notes in a browser: drafted, signed and added to from the day, and psychotherapy notes apart."""

from datetime import timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.pages.words import words_of
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import has_course, ok, therapy_hour
from services.sessions.tests.unit.test_bedside_words import refusals
from services.sessions.tests.world import World
from services.sessions.tests.written import drafts_note, keeps_note, signs_note
from sessions.domain.notes import NoteKind
from sessions.entrypoints.pages.note_forms import NOTE_FORMS, OWN_FORMS


async def test_a_note_is_drafted_from_the_day_signed_and_added_to_and_both_stay(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    therapist, today = await logs_in(world, Role.THERAPIST)
    notes = await therapist.follows(today, "Notes")
    assert "Ana Rivera · Born April 2, 1988 · Preparation" in notes.text
    form = await therapist.follows(notes, "Write a note")
    drafted = await therapist.presses(form, "Keep the draft", text="Calm.\nSpoke of the sea.")
    assert "The draft is kept." in drafted.text
    assert "Calm.\r\nSpoke of the sea." in drafted.html or "Calm.\nSpoke of the sea." in drafted.html
    anew = await therapist.follows(drafted, "Go on with the draft")
    assert anew.form("Keep the draft").fields["text"].split() == ["Calm.", "Spoke", "of", "the", "sea."]
    redrafted = await therapist.presses(anew, "Keep the draft", text="Calm, spoke of the sea.")
    signed = await therapist.presses(redrafted, "Sign")
    assert "It is signed and part of the record." in signed.text
    assert "Signed by user-therapist" in signed.text

    nurse, page = await logs_in(world, Role.NURSE, to=f"/pages/bedside/{session_id}/notes")
    assert (("Sign" in page.text.split()), "Go on with the draft" in page.links) == (False, False)
    added = await nurse.presses(await nurse.follows(page, "Add to the note"), "Sign and add", text="Slept well.")
    assert "Calm, spoke of the sea." in added.text
    assert "Added by user-nurse" in added.text
    assert "Slept well." in added.text
    of_patient = await nurse.follows(added, "All notes of the patient")
    assert "Calm, spoke of the sea." in of_patient.text
    assert "user-nurse" in of_patient.text


async def test_a_draft_is_seen_by_its_author_alone_and_what_goes_wrong_keeps_what_was_typed(world: World) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    note_id = await drafts_note(world, session_id, "uneasy")
    path = f"/pages/bedside/{session_id}/notes"
    nurse, page = await logs_in(world, Role.NURSE, to=path)
    assert "No note that you may read." in page.text
    assert (await nurse.opens(f"{path}/rewrite?of={note_id}")).status == 404

    therapist, page = await logs_in(world, Role.THERAPIST, to=path)
    form = await therapist.follows(page, "Go on with the draft")
    empty = await therapist.presses(form, "Keep the draft", text=" ")
    assert empty.status == 422
    ok(await world.therapist.put(f"/v1/notes/{note_id}", {"text": "calm after all"}, version=1))
    stale = await therapist.presses(form, "Keep the draft", text="uneasy, wept")
    assert (stale.status, "calm after all" in stale.text) == (412, True)
    kept = await therapist.presses(stale, "Keep the draft", text="uneasy, wept, then calm")
    assert "uneasy, wept, then calm" in kept.text
    left_open = await therapist.follows(kept, "Go on with the draft")
    ok(await signs_note(world, note_id, 3))
    late = await therapist.presses(left_open, "Keep the draft", text="one thing more")
    assert late.status == 409
    assert "It is signed meanwhile and stays as it is." in late.text
    assert late.form("Keep the draft").fields["text"].strip() == "one thing more"


async def test_the_day_says_what_its_reader_has_still_to_sign_and_since_when_it_is_late(world: World) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    await drafts_note(world, session_id)
    therapist, today = await logs_in(world, Role.THERAPIST)
    assert "Your notes to be signed" in today.text
    assert "To be signed by" in today.text
    await world.travel(timedelta(hours=48))
    therapist, today = await logs_in(world, Role.THERAPIST)
    assert "Was to be signed by" in today.text
    every = await therapist.follows(today, "All your notes to be signed")
    line = next(each for each in every.links if each.startswith("Ana R"))
    notes = await therapist.follows(every, line)
    await therapist.presses(notes, "Sign")
    assert "You have signed all your notes." in (await therapist.opens("/pages/bedside/unsigned-notes")).text

    _, nurses = await logs_in(world, Role.NURSE)
    assert "to be signed" not in nurses.text


async def test_psychotherapy_notes_stand_apart_and_exist_for_their_author_alone(world: World) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    await keeps_note(world, session_id, "her father")
    path = f"/pages/bedside/{session_id}/notes"
    therapist, page = await logs_in(world, Role.THERAPIST, to=path)
    assert "her father" not in page.text
    own = await therapist.follows(page, "Your psychotherapy notes")
    assert "her father" in own.text
    more = await therapist.presses(await therapist.follows(own, "Write more"), "Keep it", text="and her mother")
    assert ("her father" in more.text, "and her mother" in more.text) == (True, True)
    (second,) = [await therapist.follows(more, "Write a psychotherapy note")]
    assert "another of hers" in (await therapist.presses(second, "Keep it", text="another of hers")).text

    colleague, page = await logs_in(world, Role.THERAPIST, to=path, subject="another-therapist")
    theirs = await colleague.follows(page, "Your psychotherapy notes")
    assert ("You have written none" in theirs.text, "her " in theirs.text) == (True, False)
    for role in (Role.NURSE, Role.MEDICAL_DIRECTOR):
        someone, page = await logs_in(world, role, to=path)
        assert "sychotherapy" not in page.html
        assert (await someone.opens(f"{path.removesuffix('notes')}psychotherapy-notes")).status == 403


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_form_and_refusal_of_notes_has_its_words(language: str) -> None:
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[language].groups
    for forms, group, hints, done in (
        (NOTE_FORMS, "note_forms", "note_hints", "note_done"),
        (OWN_FORMS, "own_note_forms", "own_note_hints", "own_notes_done"),
    ):
        assert set(words[done]) == {form.name for form in forms}
        asked = {form.name for form in forms if not form.at_once}
        assert set(words[hints]) == asked
        assert set(words[group]) == {form.name for form in forms} | {f"save_{name}" for name in asked}
    assert set(words["note_kinds"]) == set(NoteKind)
    met = refusals()
    assert met["notes"] | met["psychotherapy_notes"] == set(words["note_refusals"])
