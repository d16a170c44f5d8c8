"""Every code a clinician's page shows by a word of its own has one, in every language, and so has every refusal."""

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

import screening
from careflow_service.pages.words import LOCALES, words_of
from screening.domain.alert_records import AlertDisposition, AlertOutcome
from screening.domain.alerts import AlertState
from screening.domain.case_record import CaseState
from screening.domain.clearance import ClearanceState
from screening.domain.clearance_terms import Indication, Route
from screening.domain.conditions import ConditionCode
from screening.domain.consents import ConsentPurpose, ConsentScope, ConsentSigner, ConsentState
from screening.domain.evaluation import EvaluationPart
from screening.domain.evidence import EvidenceKind, EvidenceResult
from screening.domain.history import ConditionStatus
from screening.domain.lacking import Lacking
from screening.domain.outcomes import Missing, Standing
from screening.domain.questionnaires import AlertLevel
from screening.domain.rules import FindingClass
from screening.domain.suspensions import SuspensionReason
from screening.domain.tasks import TaskKind
from screening.entrypoints.pages import case_commands, history_commands
from screening.entrypoints.pages.case_forms import FORMS

WORDS = words_of("screening.entrypoints.pages")


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("alert_levels", AlertLevel),
        ("alert_states", AlertState),
        ("task_kinds", TaskKind),
        ("case_states", CaseState),
        ("clearance_states", ClearanceState),
        ("suspension_reasons", SuspensionReason),
        ("finding_classes", FindingClass),
        ("evidence_kinds", EvidenceKind),
        ("evidence_results", EvidenceResult),
        ("indications", Indication),
        ("routes", Route),
        ("alert_outcomes", AlertOutcome),
        ("dispositions", AlertDisposition),
        ("consent_states", ConsentState),
        ("consent_scopes", ConsentScope),
        ("consent_purposes", ConsentPurpose),
        ("consent_signers", ConsentSigner),
        ("standings", Standing),
        ("case_missing", Lacking),
        ("outcome_missing", Missing),
        ("condition_statuses", ConditionStatus),
        ("conditions", ConditionCode),
        ("evaluation_parts", EvaluationPart),
    ],
)
def test_every_code_has_its_word(language: str, group: str, codes: Iterable[str]) -> None:
    assert set(WORDS[language].groups[group]) == {str(each) for each in codes}


REFUSES: Final = frozenset({"invalid", "conflict", "forbidden"})
COMMANDS: Final = frozenset(
    {
        "acknowledge_alert",
        "add_medication",
        "close_alert",
        "defer_clearance",
        "deny_clearance",
        "extend_clearance",
        "grant_clearance",
        "identify_medication",
        "reclassify_fact",
        "record_consent",
        "record_contact",
        "record_diagnoses",
        "record_evaluation",
        "record_evidence",
        "record_facts",
        "record_trial",
        "reinstate_clearance",
        "revoke_clearance",
        "revoke_consent",
        "set_indications",
        "stop_medication",
        "submit_screening",
        "suspend_clearance",
        "void_evidence",
        "void_medication",
        "void_trial",
    }
)
"""The modules of the commands that a form of a case's page asks for."""
BEHIND: Final = frozenset(
    {
        "alerts",
        "case",
        "case_record",
        "clearance",
        "consents",
        "decisions",
        "evaluation",
        "evidence",
        "history",
        "measures",
        "medications",
        "signatures",
        "suspensions",
        "trials",
        "voiding",
    }
)
"""What decides for them."""


def refusals(modules: Collection[str]) -> set[str]:
    """The codes these modules of the domain and the application refuse with."""
    rooms = (Path(screening.__file__).parent / room for room in ("domain", "application"))
    files = [file for room in rooms for file in room.rglob("*.py") if file.stem in modules]
    return {code for file in files for code in _codes(ast.parse(file.read_text(encoding="utf-8")))}


def _codes(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name in REFUSES:
                yield code
            case ast.Call(func=ast.Name(id="not_found"), args=[ast.Constant(value=str(what))]):
                yield f"{what}_not_found"


def test_every_form_stands_for_one_of_these_commands() -> None:
    asked_for = {
        node.func.attr
        for module in (case_commands, history_commands)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("app.")
        and isinstance(node.func, ast.Attribute)
    }
    assert asked_for == COMMANDS
    assert len({form.does for form in FORMS}) == len(FORMS)


def test_every_refusal_that_a_form_can_meet_is_a_sentence() -> None:
    said = WORDS["en"].groups["case_refused"].keys()
    of_no_form = {"questionnaire_request_not_found", "patient_not_found"}
    of_disclosures = {"consent_to_other_scope", "consent_to_others"}
    assert refusals(COMMANDS | BEHIND) - of_no_form - of_disclosures <= said


def test_every_sentence_is_for_a_refusal_there_is() -> None:
    of_the_edge = {"other", "stale_version", "erasure_under_way", "too_large", "idempotency_key_reused", "in_progress"}
    met = refusals(COMMANDS | BEHIND | {"case"})
    assert WORDS["en"].groups["case_refused"].keys() - of_the_edge <= met


@pytest.mark.parametrize("group", ["case_forms", "case_done"])
def test_every_form_has_its_words(group: str) -> None:
    assert WORDS["en"].groups[group].keys() == {form.name for form in FORMS}
