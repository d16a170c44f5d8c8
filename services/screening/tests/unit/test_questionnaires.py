"""Scoring, bands, completeness and item alerts of the shipped questionnaires."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careflow_domain.errors import DomainError
from screening.adapters.clinic_data import questionnaires
from screening.domain.questionnaires import AlertLevel, Band, QuestionnaireDefinition, ScoringMethod, highest_level
from screening.domain.shelf import QuestionnaireShelf
from services.screening.tests.builders import (
    C_SSRS,
    GAD_7,
    NOW,
    PHQ_9,
    SHELF,
    SINCE_LAST_CONTACT,
    answers,
    c_ssrs,
    gad_7,
    opened_case,
    phq_9,
    since_last_contact,
)

LIKERT = st.integers(min_value=0, max_value=3)


@given(st.lists(LIKERT, min_size=9, max_size=9))
def test_the_phq_9_total_is_the_sum_of_its_nine_items(values: list[int]) -> None:
    score = PHQ_9.score(answers(PHQ_9, values))
    assert score is not None
    assert score.total == sum(values)


@given(st.lists(LIKERT, min_size=7, max_size=7))
def test_the_gad_7_total_is_the_sum_of_its_seven_items(values: list[int]) -> None:
    score = GAD_7.score(answers(GAD_7, values))
    assert score is not None
    assert score.total == sum(values)


@given(st.lists(LIKERT, min_size=9, max_size=9), LIKERT)
def test_the_function_item_never_changes_the_score(values: list[int], difficulty: int) -> None:
    given_answers = answers(PHQ_9, values)
    assert PHQ_9.score({**given_answers, "function": str(difficulty)}) == PHQ_9.score(given_answers)


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately_severe"),
        (17, "moderately_severe"),
        (19, "moderately_severe"),
        (20, "severe"),
    ],
)
def test_phq_9_bands(total: int, band: str) -> None:
    score = PHQ_9.score(phq_9(total))
    assert score is not None
    assert (score.total, score.band) == (total, band)


@pytest.mark.parametrize(
    ("total", "band"),
    [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe"), (21, "severe")],
)
def test_gad_7_bands(total: int, band: str) -> None:
    score = GAD_7.score(gad_7(total))
    assert score is not None
    assert (score.total, score.band) == (total, band)


@given(st.sets(st.sampled_from("123456789"), min_size=1))
def test_a_questionnaire_with_any_item_missing_has_no_score(left_out: set[str]) -> None:
    partial = {item: option for item, option in phq_9(20, item_9=3).items() if item not in left_out}
    assert PHQ_9.score(partial) is None
    assert set(PHQ_9.missing(partial)) == left_out


@pytest.mark.parametrize(
    ("value", "level"), [("0", None), ("1", AlertLevel.MODERATE), ("2", AlertLevel.HIGH), ("3", AlertLevel.HIGH)]
)
def test_item_9_alone_sets_off_its_alert(value: str, level: AlertLevel | None) -> None:
    assert highest_level(hit.level for hit in PHQ_9.hits({"9": value})) == level


@pytest.mark.parametrize(
    ("yes", "level"),
    [
        ((), None),
        (("1",), AlertLevel.LOW),
        (("2",), AlertLevel.LOW),
        (("1", "2"), AlertLevel.LOW),
        (("2", "3"), AlertLevel.MODERATE),
        (("6_lifetime",), AlertLevel.MODERATE),
        (("2", "4"), AlertLevel.HIGH),
        (("2", "5"), AlertLevel.HIGH),
        (("6_lifetime", "6_recent"), AlertLevel.HIGH),
        (("1", "2", "3", "4", "5", "6_lifetime", "6_recent"), AlertLevel.HIGH),
    ],
)
def test_c_ssrs_triage(yes: tuple[str, ...], level: AlertLevel | None) -> None:
    score = C_SSRS.score(c_ssrs(*yes))
    assert score is not None
    assert (score.level, score.total, score.band) == (level, None, None)


@given(st.sets(st.sampled_from([item.code for item in C_SSRS.items])))
def test_the_c_ssrs_level_is_the_highest_rule_hit_and_never_a_sum(yes: set[str]) -> None:
    given_answers = {item.code: "yes" if item.code in yes else "no" for item in C_SSRS.items}
    score = C_SSRS.score(given_answers)
    assert score is not None
    each_alone = [highest_level(hit.level for hit in C_SSRS.hits({item: "yes"})) for item in yes]
    assert score.level == highest_level(level for level in each_alone if level is not None)


def test_c_ssrs_skips_method_intent_and_plan_after_no_thoughts() -> None:
    assert C_SSRS.missing({"1": "no", "2": "no", "6_lifetime": "no"}) == ()
    assert C_SSRS.missing({"1": "no", "2": "yes", "6_lifetime": "yes"}) == ("3", "4", "5", "6_recent")


@pytest.mark.parametrize(
    ("yes", "level"),
    [
        ((), None),
        (("1",), AlertLevel.LOW),
        (("2", "3"), AlertLevel.MODERATE),
        (("2", "4"), AlertLevel.HIGH),
        (("2", "5"), AlertLevel.HIGH),
        (("6",), AlertLevel.HIGH),
    ],
)
def test_since_the_last_contact_any_behavior_is_high(yes: tuple[str, ...], level: AlertLevel | None) -> None:
    score = SINCE_LAST_CONTACT.score(since_last_contact(*yes))
    assert score is not None
    assert (score.level, score.total, score.band) == (level, None, None)


def test_the_levels_of_a_triage_name_where_they_come_from() -> None:
    triages = [each for each in SHELF.all_newest() if each.scoring is ScoringMethod.TRIAGE]
    assert len(triages) == 2
    assert all(each.alerts_source for each in triages)


def test_who_has_completed_a_questionnaire_in_the_case_is_asked_about_what_has_been_since() -> None:
    case = opened_case()
    asked = case.unanswered(C_SSRS.code)
    assert asked is not None
    half, _ = case.answered(asked.id, C_SSRS, 1, {"1": "no"})
    whole, _ = half.answered(asked.id, C_SSRS, 1, c_ssrs())
    done = whole.completed(asked.id, C_SSRS, now=NOW)
    assert [SHELF.for_case(C_SSRS.code, each) for each in (case, half, done)] == [C_SSRS, C_SSRS, SINCE_LAST_CONTACT]
    assert SHELF.for_case("phq-9", done) is PHQ_9
    assert [SHELF.forms(each.code) for each in (C_SSRS, PHQ_9)] == [(C_SSRS.code, SINCE_LAST_CONTACT.code), ("phq-9",)]


@pytest.mark.parametrize("repeats", ["nothing-there", "c-ssrs-since-last-contact", "c-ssrs-screener"])
def test_a_form_that_repeats_what_is_not_there_or_repeated_already_is_refused(repeats: str) -> None:
    with pytest.raises(ValueError, match="repeats"):
        QuestionnaireShelf([C_SSRS, SINCE_LAST_CONTACT, replace(PHQ_9, repeats=repeats)])


def test_answers_to_skipped_questions_still_count() -> None:
    score = C_SSRS.score({**c_ssrs(), "4": "yes"})
    assert score is not None
    assert score.level is AlertLevel.HIGH


@pytest.mark.parametrize(("item", "option", "code"), [("9", "4", "unknown_option"), ("10", "1", "unknown_item")])
def test_an_answer_the_definition_does_not_offer_is_refused(item: str, option: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        PHQ_9.check({item: option})
    assert refused.value.code == code


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (Band(code="all", lowest=0, highest=20),),
        (Band(code="low", lowest=0, highest=4), Band(code="high", lowest=6, highest=21)),
    ],
    ids=["none", "too short", "with a gap"],
)
def test_a_definition_whose_bands_do_not_cover_every_total_is_refused(bands: tuple[Band, ...]) -> None:
    with pytest.raises(ValueError, match="bands must cover"):
        replace(GAD_7, bands=bands)


def test_a_definition_with_a_rule_about_an_unknown_option_is_refused() -> None:
    broken = replace(PHQ_9.item_alerts[0], options=("7",))
    with pytest.raises(ValueError, match="unknown item or option"):
        replace(PHQ_9, item_alerts=(broken,))


@pytest.mark.parametrize("definition", SHELF.all_newest(), ids=lambda definition: definition.code)
def test_every_shipped_definition_says_under_which_terms_it_may_be_shown(definition: QuestionnaireDefinition) -> None:
    assert definition.licence.terms
    assert definition.licence.attribution
    assert definition.language == "en"


def test_the_shelf_offers_the_newest_version_and_keeps_the_old_ones() -> None:
    revised = replace(PHQ_9, version=2)
    shelf = QuestionnaireShelf([revised, PHQ_9])
    assert shelf.newest("phq-9") is revised
    assert shelf.version("phq-9", 1) is PHQ_9
    with pytest.raises(DomainError) as refused:
        shelf.version("phq-9", 3)
    assert refused.value.code == "questionnaire_not_found"


def test_two_definitions_with_the_same_code_and_version_are_refused() -> None:
    with pytest.raises(ValueError, match="same code and version"):
        QuestionnaireShelf([PHQ_9, PHQ_9])


def test_the_shipped_questionnaires_are_read_from_the_package() -> None:
    shipped = {each.code for each in questionnaires().all_newest()}
    screeners = {"c-ssrs-screener", "c-ssrs-since-last-contact"}
    assert shipped == {"phq-9", "gad-7", "pcl-5", "audit-c", "dast-10", "peg", *screeners}
