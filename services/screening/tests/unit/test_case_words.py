"""Every code a clinician's page shows by a word of its own has one, in every language."""

from collections.abc import Iterable

import pytest

from careflow_service.pages.words import LOCALES, words_of
from screening.domain.alerts import AlertState
from screening.domain.case_record import CaseState
from screening.domain.clearance import ClearanceState
from screening.domain.evidence import EvidenceKind, EvidenceResult
from screening.domain.outcomes import Missing, Standing
from screening.domain.questionnaires import AlertLevel
from screening.domain.rules import FindingClass
from screening.domain.suspensions import SuspensionReason
from screening.domain.tasks import TaskKind

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
        ("standings", Standing),
        ("outcome_missing", Missing),
    ],
)
def test_every_code_has_its_word(language: str, group: str, codes: Iterable[str]) -> None:
    assert set(WORDS[language].groups[group]) == {str(each) for each in codes}
