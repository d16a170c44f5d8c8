"""What the forms of the bedside offer can be done, and whatever one can be refused for is a sentence."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import sessions
from careflow_service.identity import Actor, Role
from careflow_service.pages.words import words_of
from services.sessions.tests.builders import NOW, NURSE, POLICY, checked, drawn, new_uuid, vial
from services.sessions.tests.medicines import record
from sessions.application.queries.read_bedside import Bedside
from sessions.domain.drug_entries import Entry, EntryKind
from sessions.domain.ids import EntryId
from sessions.domain.patients import PatientDetails
from sessions.domain.units import milligrams
from sessions.entrypoints.pages.bedside_forms import FORMS
from sessions.entrypoints.pages.medicine_forms import MEDICINE_FORMS

REFUSES: Final = frozenset({"invalid", "conflict", "forbidden"})
ELSEWHERE: Final = frozenset(
    {
        "care",
        "consent_texts",
        "consents",
        "discrepancy_cases",
        "drug_days",
        "drug_inventories",
        "follow_up",
        "notes",
        "outreach",
        "plan_links",
        "plan_tasks",
        "plan_terms",
        "plans",
        "psychotherapy_notes",
        "send_plan_link",
        "rems_form",
        "stops",
        "close_drug_day",
        "make_plan_task",
        "open_session",
        "sign_plan",
        "take_inventory",
    }
)
"""Modules whose refusals no form of the bedside meets."""
OTHER_COMMANDS: Final[Mapping[str, frozenset[str]]] = {
    "adverse_events": frozenset({"grade_invalid", "grade_unchanged", "lower_grade_by_prescriber"}),
    "drug_log": frozenset(
        {
            "disposal_forbidden",
            "disposal_missing",
            "entry_forbidden",
            "ndc_missing",
            "not_a_package",
            "overfill_before_empty",
            "overfill_too_much",
            "residue_is_wasted",
            "stock_is_not_waste",
        }
    ),
    "drug_amounts": frozenset({"unit_not_counted"}),
    "drug_items": frozenset({"container_empty", "strength_ambiguous"}),
    "drug_rulings": frozenset({"judge_is_involved"}),
    "endings": frozenset({"not_rendering_provider"}),
    "enter_in_drug_log": frozenset({"entry_forbidden"}),
    "hand_out_package": frozenset({"not_a_package"}),
    "packages": frozenset(
        {
            "adverse_event_not_reviewed",
            "clearance_not_valid",
            "dose_not_reviewed",
            "finding_stands",
            "hand_out_not_allowed",
            "plan_not_active",
            "safety_alert_open",
        }
    ),
    "service_lines": frozenset({"minutes_above_time"}),
}
"""Of the other modules: refusals of what no form asks for."""


def refusals() -> Mapping[str, set[str]]:
    """The codes of each module of the domain and the application."""
    found: dict[str, set[str]] = {}
    for room in ("domain", "application"):
        for file in sorted((Path(sessions.__file__).parent / room).rglob("*.py")):
            for code in _codes(ast.parse(file.read_text(encoding="utf-8"))):
                found.setdefault(file.stem, set()).add(code)
    return found


def _codes(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name in REFUSES:
                yield code


def test_every_refusal_that_a_form_can_meet_is_a_sentence() -> None:
    said = words_of("sessions.entrypoints.pages")["en"].groups["refusals"].keys()
    met = {module: codes for module, codes in refusals().items() if module not in ELSEWHERE}
    unsaid = {module: codes - said for module, codes in met.items() if codes - said}
    assert unsaid == OTHER_COMMANDS


def test_every_sentence_is_for_a_refusal_there_is() -> None:
    said = words_of("sessions.entrypoints.pages")["en"].groups["refusals"].keys()
    of_the_edge = {
        "other",
        "stale_version",
        "erasure_under_way",
        "draw_not_found",
        "amount_missing",
        "amount_ambiguous",
        "strength_missing",
        "colleague_gone",
        "colleague_may_not",
    }
    assert said - of_the_edge <= set().union(*refusals().values())


def seen() -> Bedside:
    container, _ = drawn(vial())
    return Bedside(
        session=checked(),
        details=PatientDetails(),
        as_of=NOW,
        gate=None,
        containers=(container,),
        unseen=(),
        adverse_events=(),
        medication=record(),
        offers=(),
        timezone=POLICY.timezone,
    )


def offered() -> list[str]:
    (waste,) = (form for form in FORMS if form.name == "waste")
    (kind,) = (field for field in waste.fields(seen(), Actor(NURSE, frozenset({Role.NURSE}))) if field.name == "kind")
    return [value for value, *_ in kind.options]


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_the_forms_of_medicines_ask_has_its_words(language: str) -> None:
    words = words_of("sessions.entrypoints.pages")[language].groups
    prescriber = Actor(NURSE, frozenset({Role.PRESCRIBER}))
    for form in MEDICINE_FORMS:
        assert form.name in words["forms"].keys() & words["done_words"].keys()
        for field in form.fields(seen(), prescriber):
            assert field.named in words["asked"]
            assert {f"{field.named}_{value}" for value, text, *_ in field.options if text is None} <= words[
                "options"
            ].keys()


@pytest.mark.parametrize("kind", offered())
def test_whatever_may_become_of_a_rest_is_entered_as_that(kind: str) -> None:
    container, draw_id = drawn(vial())
    rest = Entry(id=EntryId(new_uuid()), kind=EntryKind(kind), mass=milligrams(1), by=NURSE, at=NOW, draw_id=draw_id)
    entered = container.entered(rest, overfill_percent=POLICY.drug_log.overfill_percent.value)
    assert entered.entries[-1] == rest
