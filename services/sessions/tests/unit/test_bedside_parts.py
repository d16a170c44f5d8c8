"""What may be done at the bedside stands in parts, the pressing ones first."""

from collections import Counter

from services.sessions.tests.builders import arrived
from services.sessions.tests.unit.test_chart import dosed
from sessions.domain.sessions import Session
from sessions.entrypoints.pages.bedside_forms import FORMS
from sessions.entrypoints.pages.bedside_parts import ASIDE, PARTS, Part, in_parts

BY_NAME = {form.name: form for form in FORMS}


def shown(session: Session, *names: str) -> list[tuple[Part, list[str]]]:
    found = in_parts([BY_NAME[name] for name in names], session)
    return [(part, [form.name for form in forms]) for part, forms in found]


def test_every_form_has_one_place() -> None:
    placed = Counter(name for names in PARTS.values() for name in names)

    assert placed == Counter(BY_NAME.keys())


def test_before_a_dose_one_goes_from_who_is_here_to_the_dose() -> None:
    assert shown(arrived(), "draw", "questions", "join", "identity") == [
        (Part.HERE, ["join"]),
        (Part.BEFORE, ["identity", "questions"]),
        (Part.DOSE, ["draw"]),
    ]


def test_whoever_lies_there_is_watched_before_anything_else_is_done() -> None:
    assert shown(dosed(), "identity", "correct-vitals", "vitals", "abort", "dose-ended") == [
        (Part.WATCH, ["vitals"]),
        (Part.DOSE, ["dose-ended"]),
        (Part.BEFORE, ["identity"]),
        (Part.OTHERWISE, ["abort"]),
        (Part.MENDING, ["correct-vitals"]),
    ]


def test_what_nobody_presses_in_passing_comes_last_whoever_is_there() -> None:
    for session in (arrived(), dosed()):
        parts = [part for part, _ in in_parts(FORMS, session)]
        assert set(parts[-2:]) == ASIDE
        assert set(parts) == set(Part)
