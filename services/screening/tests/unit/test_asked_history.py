"""A patient is asked everything the policy has asked of patients, in words, and each once."""

from collections import Counter

import pytest

from careflow_service.pages.words import LOCALES, words_of
from screening.domain.conditions import ConditionCode
from screening.domain.history import ConditionStatus
from screening.domain.patients import PatientDetails
from screening.entrypoints.pages.asked_history import AREAS, UNSURE, answers_to
from services.screening.tests.builders import POLICY

ASKED = [condition for conditions in AREAS.values() for condition in conditions]


def test_every_condition_the_policy_has_asked_stands_in_one_area() -> None:
    assert Counter(ASKED) == Counter({*POLICY.asked.of_patient(PatientDetails()), ConditionCode.OTHER})


@pytest.mark.parametrize("language", LOCALES)
def test_every_area_question_and_answer_has_its_words(language: str) -> None:
    said = words_of("screening.entrypoints.pages")[language].groups
    assert said["history_areas"].keys() == AREAS.keys()
    assert said["history_asked"].keys() == {each.value for each in ASKED}
    assert said["history_answers"].keys() == {"yes", UNSURE, *(each.value for each in ConditionStatus)}


@pytest.mark.parametrize("condition", ASKED)
def test_whatever_a_rule_looks_for_can_be_answered(condition: ConditionCode) -> None:
    looked_for = {status for rule in POLICY.condition_rules if condition in rule.conditions for status in rule.statuses}
    said = set(answers_to(condition))
    assert ConditionStatus.RULED_OUT in said
    assert not looked_for or looked_for & said


def test_how_long_ago_it_was_matters_of_what_a_rule_gives_time() -> None:
    assert ConditionCode.STROKE in POLICY.by_age
    assert ConditionCode.SEIZURES not in POLICY.by_age


def test_names_that_come_near_are_offered_within_what_was_written() -> None:
    names = POLICY.interactions.names
    assert names.spelled("Sertralin 50 mg") == ("sertraline 50 mg",)
    assert names.spelled("Zoloft") == ()
    assert names.spelled("grandmother's drops") == ()
