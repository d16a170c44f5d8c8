"""Notes: a draft is its author's, what was signed is only added to, psychotherapy notes are nobody else's."""

from collections.abc import Callable

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import ANA, NOW, NURSE, SESSION, THERAPIST, days, hours, new_uuid
from sessions.domain.ids import NoteId
from sessions.domain.notes import ClinicalNote, NoteKind, NoteSigned
from sessions.domain.psychotherapy_notes import PsychotherapyNote
from sessions.domain.states import SessionState

ENDED = SessionState.COMPLETED


def draft(text: str = "calm, spoke of the sea") -> ClinicalNote:
    return ClinicalNote.drafted(NoteId(new_uuid()), ANA, SESSION, NoteKind.THERAPY, text, by=THERAPIST, now=NOW)


def signed() -> ClinicalNote:
    return draft().signed(ENDED, by=THERAPIST, now=NOW + hours(1))


def psychotherapy_note() -> PsychotherapyNote:
    return PsychotherapyNote.written(NoteId(new_uuid()), ANA, SESSION, "her father", by=THERAPIST, now=NOW)


def test_a_draft_is_its_authors_alone_until_it_is_signed() -> None:
    assert draft().readable_by(THERAPIST)
    assert not draft().readable_by(NURSE)
    assert signed().readable_by(NURSE)


def test_a_draft_is_written_anew_and_signed_once() -> None:
    note = draft().rewritten("calm", by=THERAPIST, now=NOW + hours(1)).signed(ENDED, by=THERAPIST, now=NOW + hours(2))
    assert (note.text, note.written_at, note.signed_at) == ("calm", NOW + hours(1), NOW + hours(2))
    (said,) = note.facts
    assert isinstance(said, NoteSigned)
    assert said.at == NOW + hours(2)


def test_what_was_signed_is_added_to_by_whoever_signs_the_addition() -> None:
    note = signed().added_to("slept well", by=NURSE, now=NOW + days(1))
    assert note.text == draft().text
    assert [(each.text, each.by, each.at) for each in note.addenda] == [("slept well", NURSE, NOW + days(1))]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda: draft(" "), "text_missing"),
        (lambda: draft().rewritten(" ", by=THERAPIST, now=NOW), "text_missing"),
        (lambda: draft().rewritten("mine", by=NURSE, now=NOW), "note_of_another"),
        (lambda: draft().signed(ENDED, by=NURSE, now=NOW), "note_of_another"),
        (lambda: draft().signed(SessionState.SCHEDULED, by=THERAPIST, now=NOW), "session_not_begun"),
        (lambda: draft().added_to("more", by=THERAPIST, now=NOW), "note_not_signed"),
        (lambda: signed().rewritten("otherwise", by=THERAPIST, now=NOW), "note_signed"),
        (lambda: signed().signed(ENDED, by=THERAPIST, now=NOW), "note_signed"),
        (lambda: signed().added_to(" ", by=NURSE, now=NOW), "text_missing"),
        (lambda: psychotherapy_note().added_to(" ", by=THERAPIST, now=NOW), "text_missing"),
        (lambda: psychotherapy_note().added_to("more", by=NURSE, now=NOW), "psychotherapy_note_not_found"),
    ],
)
def test_nothing_else_is_written(step: Callable[[], object], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        step()


def test_a_psychotherapy_note_grows_and_says_nothing() -> None:
    note = psychotherapy_note().added_to("and her mother", by=THERAPIST, now=NOW + days(7))
    assert [(each.text, each.at) for each in note.passages] == [
        ("her father", NOW),
        ("and her mother", NOW + days(7)),
    ]
    assert note.facts == ()
