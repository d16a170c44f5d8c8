"""Contraindications and interactions: every row of the shipped policy, and what holds for all of them."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.domain.conditions import ConditionCode
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult
from screening.domain.history import ClinicalFact, ConditionStatus
from screening.domain.ids import EvidenceId
from screening.domain.interactions import Interaction, InteractionTable
from screening.domain.measures import Measure
from screening.domain.medications import Medication
from screening.domain.patients import PatientDetails
from screening.domain.rules import Finding, FindingClass, Limit
from services.screening.tests.builders import (
    NOW,
    POLICY,
    THIRTY,
    ZONE,
    blood_pressure,
    days,
    evidence,
    fact,
    known,
    liver_panel,
    medication,
    minutes,
    new_uuid,
    nothing_in_the_history,
)

TODAY = NOW.date()
HEART = (
    ConditionCode.MYOCARDIAL_INFARCTION,
    ConditionCode.STROKE,
    ConditionCode.TRANSIENT_ISCHEMIC_ATTACK,
    ConditionCode.UNSTABLE_ANGINA,
    ConditionCode.DECOMPENSATED_HEART_FAILURE,
    ConditionCode.SEVERE_VALVE_DISEASE,
    ConditionCode.SEVERE_ARRHYTHMIA,
)


def findings(
    *facts: ClinicalFact,
    taking: tuple[Medication, ...] = (),
    with_evidence: tuple[Evidence, ...] = (),
    patient: PatientDetails = THIRTY,
) -> list[tuple[str, str]]:
    inputs = known(*facts, taking=taking, with_evidence=with_evidence, patient=patient)
    return [(finding.rule, finding.finding_class.value) for finding in POLICY.findings(inputs, NOW, ZONE)]


def ago(weeks: float) -> date:
    return TODAY - timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("condition", "status", "found"),
    [
        (ConditionCode.HYPERSENSITIVITY_TO_KETAMINE, ConditionStatus.ACTIVE, [("CI-01", "A")]),
        (ConditionCode.HYPERSENSITIVITY_TO_KETAMINE, ConditionStatus.HISTORY, [("CI-01", "A")]),
        (ConditionCode.ANEURYSMAL_VASCULAR_DISEASE, ConditionStatus.ACTIVE, [("CI-02", "A")]),
        (ConditionCode.ANEURYSMAL_VASCULAR_DISEASE, ConditionStatus.HISTORY, [("CI-02", "A")]),
        (ConditionCode.ARTERIOVENOUS_MALFORMATION, ConditionStatus.ACTIVE, [("CI-02", "A")]),
        (ConditionCode.ANEURYSMAL_VASCULAR_DISEASE, ConditionStatus.RULED_OUT, []),
        (ConditionCode.PSYCHOSIS, ConditionStatus.ACTIVE, [("CI-06", "A")]),
        (ConditionCode.PSYCHOSIS, ConditionStatus.HISTORY, [("CI-06", "B")]),
        (ConditionCode.SCHIZOPHRENIA_SPECTRUM, ConditionStatus.ACTIVE, [("CI-06", "A")]),
        (ConditionCode.SCHIZOPHRENIA_SPECTRUM, ConditionStatus.HISTORY, [("CI-06", "B")]),
        (ConditionCode.PREGNANCY, ConditionStatus.ACTIVE, [("CI-08", "A")]),
        (ConditionCode.PREGNANCY, ConditionStatus.HISTORY, []),
        (ConditionCode.BREASTFEEDING, ConditionStatus.ACTIVE, [("CI-09", "B")]),
        (ConditionCode.INTRACEREBRAL_HEMORRHAGE, ConditionStatus.ACTIVE, [("CI-03", "A")]),
        (ConditionCode.INTRACEREBRAL_HEMORRHAGE, ConditionStatus.HISTORY, [("CI-03", "A")]),
        (ConditionCode.RAISED_PRESSURE_HAZARD, ConditionStatus.ACTIVE, [("CI-04", "B")]),
        (ConditionCode.HYPERTENSION, ConditionStatus.ACTIVE, []),
        (ConditionCode.MANIA, ConditionStatus.ACTIVE, [("CI-07", "A")]),
        (ConditionCode.MANIA, ConditionStatus.HISTORY, [("CI-07", "B")]),
        (ConditionCode.BIPOLAR_I, ConditionStatus.ACTIVE, [("CI-07", "B")]),
        (ConditionCode.RAISED_INTRACRANIAL_PRESSURE, ConditionStatus.ACTIVE, [("CI-10", "A")]),
        (ConditionCode.RECENT_HEAD_INJURY, ConditionStatus.HISTORY, [("CI-10", "A")]),
        (ConditionCode.CNS_MASS, ConditionStatus.ACTIVE, [("CI-10", "A")]),
        (ConditionCode.SEIZURES, ConditionStatus.ACTIVE, [("CI-10", "B")]),
        (ConditionCode.SEIZURES, ConditionStatus.HISTORY, [("CI-10", "B")]),
        (ConditionCode.LIVER_DISEASE_CHILD_PUGH_C, ConditionStatus.ACTIVE, [("CI-11", "A")]),
        (ConditionCode.ALCOHOL_USE_DISORDER, ConditionStatus.ACTIVE, [("CI-12", "B")]),
        (ConditionCode.OPIOID_USE_DISORDER, ConditionStatus.ACTIVE, [("CI-12", "B")]),
        (ConditionCode.STIMULANT_USE_DISORDER, ConditionStatus.ACTIVE, [("CI-12", "B")]),
        (ConditionCode.KETAMINE_USE_DISORDER, ConditionStatus.ACTIVE, [("CI-12", "B")]),
        (ConditionCode.SUBSTANCE_USE_DISORDER, ConditionStatus.ACTIVE, [("CI-12", "B")]),
        (ConditionCode.ALCOHOL_USE_DISORDER, ConditionStatus.HISTORY, []),
        (ConditionCode.INTOXICATION, ConditionStatus.ACTIVE, [("CI-12", "A")]),
        (ConditionCode.CYSTITIS, ConditionStatus.HISTORY, [("CI-13", "B")]),
        (ConditionCode.LOWER_URINARY_TRACT_SYMPTOMS, ConditionStatus.ACTIVE, [("CI-13", "B")]),
        (ConditionCode.HEMATURIA, ConditionStatus.ACTIVE, [("CI-13", "B")]),
        (ConditionCode.UNTREATED_HYPERTHYROIDISM, ConditionStatus.ACTIVE, [("CI-14", "B")]),
        (ConditionCode.PHEOCHROMOCYTOMA, ConditionStatus.ACTIVE, [("CI-14", "B")]),
        (ConditionCode.PORPHYRIA, ConditionStatus.ACTIVE, [("CI-14", "B")]),
        (ConditionCode.GLAUCOMA, ConditionStatus.ACTIVE, [("CI-14", "B")]),
        (ConditionCode.SEVERE_RESPIRATORY_DISEASE, ConditionStatus.ACTIVE, [("CI-15", "B")]),
        (ConditionCode.UNTREATED_SLEEP_APNEA, ConditionStatus.ACTIVE, [("CI-15", "B")]),
        (ConditionCode.DIFFICULT_AIRWAY, ConditionStatus.HISTORY, [("CI-15", "B")]),
        (ConditionCode.BMI_40_OR_MORE, ConditionStatus.ACTIVE, [("CI-15", "B")]),
        (ConditionCode.SEVERE_PERSONALITY_DISORDER, ConditionStatus.ACTIVE, [("CI-16", "C")]),
        (ConditionCode.DISSOCIATIVE_DISORDER, ConditionStatus.ACTIVE, [("CI-16", "C")]),
        (ConditionCode.NO_STABLE_SUPPORT, ConditionStatus.ACTIVE, [("CI-16", "C")]),
        (ConditionCode.DECLINES_PSYCHOTHERAPY, ConditionStatus.ACTIVE, [("CI-18", "A")]),
        (ConditionCode.IDENTITY_UNVERIFIED, ConditionStatus.ACTIVE, [("CI-19", "A")]),
        (ConditionCode.KETAMINE_ELSEWHERE, ConditionStatus.ACTIVE, [("CI-20", "B")]),
        (ConditionCode.KETAMINE_ELSEWHERE, ConditionStatus.HISTORY, [("CI-20", "C")]),
        (ConditionCode.KETAMINE_TOLERANCE, ConditionStatus.ACTIVE, [("CI-20", "B")]),
        (ConditionCode.OTHER, ConditionStatus.ACTIVE, [("CI-OTHER", "B")]),
        (ConditionCode.OTHER, ConditionStatus.HISTORY, [("CI-OTHER", "B")]),
    ],
)
def test_conditions(condition: ConditionCode, status: ConditionStatus, found: list[tuple[str, str]]) -> None:
    assert findings(fact(condition, status)) == found


@pytest.mark.parametrize("condition", ConditionCode)
def test_no_condition_is_without_a_rule(condition: ConditionCode) -> None:
    """Active, each is found, or calls for evidence; an allergy is judged by its words."""
    calls_for = any(condition in rule.required_for.conditions for rule in POLICY.evidence)
    assert calls_for or findings(fact(condition, detail="something nobody knows"))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ketamine - anaphylaxis", [("CI-01", "A")]),
        ("Ketamin", [("CI-01", "A")]),
        ("Spravato (rash)", [("CI-01", "A")]),
        ("anaesthetics, I think it was esketamine", [("CI-01", "A")]),
        ("benzethonium chloride", [("CI-01", "A")]),
        ("penicillin", []),
        ("Penicillin - rash", []),
        ("penicillin - as bad as with ketamine", [("CI-01", "A")]),
        ("something they gave me in theatre", [("CI-01", "B")]),
        ("penicillin and an anaesthetic", [("CI-01", "B")]),
        ("", [("CI-01", "B")]),
    ],
)
@pytest.mark.parametrize("status", [ConditionStatus.ACTIVE, ConditionStatus.HISTORY])
def test_an_allergy_is_judged_by_its_words(written: str, found: list[tuple[str, str]], status: ConditionStatus) -> None:
    assert findings(fact(ConditionCode.DRUG_ALLERGY, status, detail=written)) == found


@pytest.mark.parametrize(
    ("born_on", "found"),
    [
        (date(2008, 11, 24), [("CI-17", "A")]),
        (date(2008, 11, 23), []),
        (date(1961, 11, 24), []),
        (date(1961, 11, 23), [("CI-17", "C")]),
        (date(1949, 3, 1), [("CI-17", "C")]),
    ],
    ids=["eighteen tomorrow", "eighteen today", "sixty-five tomorrow", "sixty-five today", "seventy-seven"],
)
def test_age(born_on: date, found: list[tuple[str, str]]) -> None:
    assert findings(patient=replace(THIRTY, born_on=born_on)) == found


@pytest.mark.parametrize(
    ("patient", "facts", "evening", "next_day"),
    [
        (replace(THIRTY, born_on=date(2008, 11, 24)), (), [("CI-17", "A")], []),
        (
            THIRTY,
            (fact(ConditionCode.STROKE, ConditionStatus.HISTORY, occurred_on=date(2026, 10, 13)),),
            [("CI-05", "A")],
            [("CI-05", "B")],
        ),
    ],
    ids=["eighteen tomorrow", "six weeks tomorrow"],
)
def test_a_day_begins_at_midnight_of_the_clinic_not_of_utc(
    patient: PatientDetails,
    facts: tuple[ClinicalFact, ...],
    evening: list[tuple[str, str]],
    next_day: list[tuple[str, str]],
) -> None:
    def found(now: datetime) -> list[tuple[str, str]]:
        of_rules = POLICY.findings(known(*facts, patient=patient), now.astimezone(UTC), ZONE)
        return [(each.rule, each.finding_class.value) for each in of_rules]

    last_minute = datetime(2026, 11, 23, 23, 59, tzinfo=ZONE)
    assert found(last_minute) == evening
    assert found(last_minute + minutes(1)) == next_day


def test_a_letter_of_the_evening_before_the_event_clears_nothing() -> None:
    event = fact(ConditionCode.STROKE, ConditionStatus.HISTORY, occurred_on=date(2026, 10, 1))
    evening = datetime(2026, 9, 30, 20, 0, tzinfo=ZONE).astimezone(UTC)
    letter = evidence(EvidenceKind.CARDIOLOGY_LETTER, taken_at=evening)
    assert findings(event, with_evidence=(letter,)) == [("CI-05", "B")]


def test_a_state_the_clinic_is_not_licensed_in() -> None:
    assert findings(patient=replace(THIRTY, state="NV")) == [("CI-19", "A")]


def test_what_nobody_asked_is_unknown() -> None:
    assert POLICY.unknown(known(*nothing_in_the_history())) == ()
    nothing = POLICY.unknown(known(patient=PatientDetails()))
    assert {"birth_date_unknown", "state_unknown", "history_seizures", "history_pregnancy"} <= set(nothing)


def test_a_pregnancy_is_asked_for_unless_it_is_impossible() -> None:
    def asked(possible: bool | None) -> bool:
        return "history_pregnancy" in POLICY.unknown(known(patient=replace(THIRTY, pregnancy_possible=possible)))

    assert (asked(True), asked(None), asked(False)) == (True, True, False)


def test_patients_do_not_verify_their_own_identity() -> None:
    said = fact(ConditionCode.IDENTITY_UNVERIFIED, ConditionStatus.RULED_OUT)
    assert "history_identity_unverified" in POLICY.unknown(known(said))


def test_what_is_active_happens_now_however_old_its_date() -> None:
    assert findings(fact(ConditionCode.SEVERE_VALVE_DISEASE, occurred_on=ago(200))) == [("CI-05", "A")]


def test_a_finding_has_everything_of_its_rule_in_it() -> None:
    recent = fact(ConditionCode.STROKE, ConditionStatus.HISTORY, occurred_on=ago(1))
    older = fact(ConditionCode.UNSTABLE_ANGINA, ConditionStatus.HISTORY, occurred_on=ago(10))
    (finding,) = POLICY.findings(known(older, recent), NOW, ZONE)
    assert finding.finding_class is FindingClass.A
    assert finding.because == ("stroke", "unstable_angina")
    assert finding.grounds == {recent.ground, older.ground}


@pytest.mark.parametrize("condition", HEART)
@pytest.mark.parametrize(
    ("weeks_ago", "found"),
    [(0, [("CI-05", "A")]), (5.9, [("CI-05", "A")]), (6, [("CI-05", "B")]), (26, [("CI-05", "B")]), (27, [])],
)
def test_cardiac_events_by_how_long_ago(
    condition: ConditionCode, weeks_ago: float, found: list[tuple[str, str]]
) -> None:
    assert findings(fact(condition, ConditionStatus.HISTORY, occurred_on=ago(weeks_ago))) == found


def test_a_cardiac_event_without_a_date_counts_as_recent() -> None:
    assert findings(fact(ConditionCode.STROKE, ConditionStatus.HISTORY)) == [("CI-05", "A")]


@pytest.mark.parametrize(
    ("letter_weeks_ago", "result", "found"),
    [
        (1, EvidenceResult.IN_RANGE, []),
        (1, EvidenceResult.ABNORMAL, [("CI-05", "B")]),
        (12, EvidenceResult.IN_RANGE, [("CI-05", "B")]),
    ],
    ids=["letter after the event", "letter advises against", "letter older than the event"],
)
def test_a_cardiology_letter_resolves_an_older_cardiac_event(
    letter_weeks_ago: float, result: EvidenceResult, found: list[tuple[str, str]]
) -> None:
    letter = evidence(EvidenceKind.CARDIOLOGY_LETTER, result, taken_at=NOW - timedelta(weeks=letter_weeks_ago))
    event = fact(ConditionCode.STROKE, ConditionStatus.HISTORY, occurred_on=ago(10))
    assert findings(event, with_evidence=(letter,)) == found


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ((128, 82), (126, 80), []),
        ((139, 89), (139, 89), []),
        ((140, 80), (128, 82), [("CI-04", "C")]),
        ((128, 82), (128, 90), [("CI-04", "C")]),
        ((168, 104), (150, 95), [("CI-04", "C")]),
        ((160, 80), (161, 80), [("CI-04", "B")]),
        ((160, 80), (130, 100), [("CI-04", "B")]),
    ],
)
def test_blood_pressure_by_its_two_newest_readings(
    first: tuple[float, float], second: tuple[float, float], found: list[tuple[str, str]]
) -> None:
    old = blood_pressure(190, 120, taken_at=NOW - days(3))
    readings = (old, blood_pressure(*first, taken_at=NOW - minutes(20)), blood_pressure(*second))
    assert findings(with_evidence=readings) == found


@pytest.mark.parametrize(
    ("alt", "ast", "found"),
    [
        (1.4, 1.4, []),
        (1.5, 0.5, [("CI-11", "C")]),
        (0.5, 3.0, [("CI-11", "C")]),
        (3.1, 0.5, [("CI-11", "B")]),
        (0.5, 8.0, [("CI-11", "B")]),
    ],
)
def test_liver_enzymes_in_multiples_of_the_upper_limit(alt: float, ast: float, found: list[tuple[str, str]]) -> None:
    assert findings(with_evidence=(liver_panel(alt, ast),)) == found


def test_of_two_results_taken_at_one_time_the_one_recorded_last_counts() -> None:
    at = NOW - days(1)
    first = liver_panel(0.8, 0.8, taken_at=at)
    corrected = replace(liver_panel(3.8, 0.8, taken_at=at), recorded_at=NOW + minutes(5))
    assert findings(with_evidence=(first, corrected)) == [("CI-11", "B")]
    assert findings(with_evidence=(corrected, first)) == [("CI-11", "B")]
    negative = evidence(EvidenceKind.PREGNANCY_TEST, EvidenceResult.NEGATIVE, taken_at=at)
    positive = replace(
        evidence(EvidenceKind.PREGNANCY_TEST, EvidenceResult.POSITIVE, taken_at=at), recorded_at=NOW + minutes(5)
    )
    assert findings(with_evidence=(negative, positive)) == [("CI-08", "A")]


def test_one_blood_pressure_recorded_twice_is_one_reading() -> None:
    once = blood_pressure(165, 101)
    assert findings(with_evidence=(once, replace(once, id=EvidenceId(new_uuid())))) == [("CI-04", "C")]


def test_a_newer_panel_replaces_an_older_one() -> None:
    panels = (liver_panel(4, 4, taken_at=NOW - days(30)), liver_panel(1, 1))
    assert findings(with_evidence=panels) == []


@pytest.mark.parametrize(
    ("kind", "result", "found"),
    [
        (EvidenceKind.PREGNANCY_TEST, EvidenceResult.POSITIVE, [("CI-08", "A")]),
        (EvidenceKind.PREGNANCY_TEST, EvidenceResult.NEGATIVE, []),
        (EvidenceKind.LAB_PANEL, EvidenceResult.ABNORMAL, [("EV-LAB", "B")]),
        (EvidenceKind.ECG, EvidenceResult.ABNORMAL, [("EV-ECG", "B")]),
        (EvidenceKind.CURES_REPORT, EvidenceResult.ABNORMAL, [("EV-CURES", "B")]),
        (EvidenceKind.LAB_PANEL, EvidenceResult.IN_RANGE, []),
    ],
)
def test_results_that_speak_against_treatment(
    kind: EvidenceKind, result: EvidenceResult, found: list[tuple[str, str]]
) -> None:
    assert findings(with_evidence=(evidence(kind, result),)) == found


@pytest.mark.parametrize(
    ("rule", "finding_class", "drug"),
    [(row.rule, row.finding_class.value, drug) for row in POLICY.interactions.interactions for drug in row.drugs],
)
def test_every_drug_of_the_interaction_table_is_found(rule: str, finding_class: str, drug: str) -> None:
    assert findings(taking=(medication(drug),)) == [(rule, finding_class)]


@pytest.mark.parametrize("drug", POLICY.interactions.without_interaction)
def test_a_drug_known_not_to_matter_finds_nothing(drug: str) -> None:
    assert findings(taking=(medication(drug),)) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Nardil", [("IX-MAOI", "B")]),
        ("  PHENELZINE ", [("IX-MAOI", "B")]),
        ("Sodium   Oxybate", [("IX-OXYBATE", "A")]),
        ("Zoloft", []),
        ("nardil-like thing", [("IX-MAOI", "B"), ("IX-UNKNOWN", "B")]),
        ("Klonopin 0.5 mg", [("IX-BENZODIAZEPINE", "C")]),
        ("Adderall XR", [("IX-STIMULANT", "C")]),
        ("Norco", [("IX-OPIOID", "B")]),
        ("Suboxone 8/2 film, once daily", [("IX-OPIOID", "B"), ("IX-NALTREXONE", "info")]),
        ("Lyrica", [("IX-SEDATIVE", "C")]),
        ("Xywav", [("IX-OXYBATE", "A")]),
        ("naproxen sodium 220mg as needed", []),
        ("sertraline and clonazepam", [("IX-BENZODIAZEPINE", "C")]),
        ("Zoloft 50mg, Xanax prn", [("IX-BENZODIAZEPINE", "C")]),
        ("something for anxiety", [("IX-UNKNOWN", "B")]),
        ("Zoloft for anxiety", []),
        ("Zoloft for what Xanax did", [("IX-BENZODIAZEPINE", "C")]),
        ("St. John’s wort tea", [("IX-UNKNOWN", "B"), ("IX-CYP-INDUCER", "C")]),
        ("Klonipin", [("IX-UNKNOWN", "B")]),
        ("Spravato at another clinic", [("CI-20", "B"), ("IX-UNKNOWN", "B")]),
        ("5 mg", [("IX-UNKNOWN", "B")]),
        ("???", [("IX-UNKNOWN", "B")]),
    ],
)
def test_drugs_are_recognised_by_trade_name_and_however_they_are_written(
    written: str, found: list[tuple[str, str]]
) -> None:
    assert findings(taking=(medication(written),)) == found


def test_findings_say_what_they_rest_on_and_what_resolves_them() -> None:
    event = fact(ConditionCode.PSYCHOSIS, ConditionStatus.HISTORY)
    (finding,) = POLICY.findings(known(event), NOW, ZONE)
    assert finding == Finding(
        rule="CI-06",
        finding_class=FindingClass.B,
        because=("psychosis",),
        refs=(event.id,),
        grounds=frozenset({event.ground}),
        basis="Spravato label; APA consensus statement on ketamine",
        resolved_by="A prescriber signs that benefit outweighs risk.",
    )


def test_findings_come_worst_first_one_per_rule() -> None:
    found = findings(
        fact(ConditionCode.PSYCHOSIS, ConditionStatus.HISTORY),
        fact(ConditionCode.SCHIZOPHRENIA_SPECTRUM),
        taking=(medication("lorazepam"), medication("phenelzine"), medication("naltrexone")),
    )
    assert found == [("CI-06", "A"), ("IX-MAOI", "B"), ("IX-BENZODIAZEPINE", "C"), ("IX-NALTREXONE", "info")]


FACTS = st.lists(
    st.builds(
        lambda condition, status, back: fact(condition, status, occurred_on=TODAY - timedelta(days=back)),
        st.sampled_from(ConditionCode),
        st.sampled_from(ConditionStatus),
        st.integers(min_value=0, max_value=400),
    ),
    max_size=5,
)
DRUGS = st.lists(
    st.sampled_from(["sertraline", "nardil", "xyrem", "xanax", "something new"]).map(medication), max_size=4
)
PRESSURES = st.lists(
    st.tuples(st.integers(90, 200), st.integers(50, 120), st.integers(1, 500)).map(
        lambda values: blood_pressure(values[0], values[1], taken_at=NOW - minutes(values[2]))
    ),
    max_size=4,
    unique_by=lambda reading: reading.taken_at,
)


@given(FACTS, DRUGS, PRESSURES, st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_never_matters(
    facts: list[ClinicalFact], drugs: list[Medication], pressures: list[Evidence], shuffler: random.Random
) -> None:
    before = POLICY.findings(known(*facts, taking=drugs, with_evidence=pressures), NOW, ZONE)
    for inputs in (facts, drugs, pressures):
        shuffler.shuffle(inputs)
    assert POLICY.findings(known(*facts, taking=drugs, with_evidence=pressures), NOW, ZONE) == before


@given(FACTS, FACTS)
def test_knowing_more_never_makes_a_finding_milder(some: list[ClinicalFact], more: list[ClinicalFact]) -> None:
    before = {each.rule: each.finding_class for each in POLICY.findings(known(*some), NOW, ZONE)}
    after = {each.rule: each.finding_class for each in POLICY.findings(known(*some, *more), NOW, ZONE)}
    assert all(rule in after and not before[rule].worse_than(after[rule]) for rule in before)


def test_a_limit_is_either_reached_or_passed() -> None:
    with pytest.raises(ValueError, match="either"):
        Limit(measure=Measure.SYSTOLIC_MMHG)
    with pytest.raises(ValueError, match="either"):
        Limit(measure=Measure.SYSTOLIC_MMHG, at_least=1, above=1)


def test_an_interaction_table_that_contradicts_itself_is_refused() -> None:
    row = Interaction(
        rule="IX-ONE", finding_class=FindingClass.C, drugs=("aspirin",), effect="-", resolved_by="-", source="-"
    )

    def table(without: tuple[str, ...] = (), **brands: tuple[str, ...]) -> InteractionTable:
        return InteractionTable(
            interactions=(row,), without_interaction=without, brands=brands, words=(), names_source="-"
        )

    with pytest.raises(ValueError, match="listed twice"):
        table(without=("aspirin",))
    with pytest.raises(ValueError, match="does not know"):
        table(bayer=("heroin",))
    with pytest.raises(ValueError, match="at least one ingredient"):
        table(bayer=())
    with pytest.raises(ValueError, match="is none itself"):
        table(aspirin=("aspirin",))
