"""What a clearance rests on: everything missing is named, and its end follows from the evidence."""

from dataclasses import replace
from datetime import date

import pytest

from careflow_domain.errors import DomainError
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.conditions import ConditionCode
from screening.domain.decisions import Grounds, grounds
from screening.domain.evaluation import EvaluationPart
from screening.domain.evidence import EvidenceKind, EvidenceResult
from screening.domain.history import ConditionStatus
from screening.domain.medications import Stop
from screening.domain.patients import PatientDetails
from screening.domain.validity import Ends
from services.screening.tests.builders import (
    BEFORE_NEXT_STEP,
    CRISIS,
    IN_SITTING,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    THIRTY,
    ZONE,
    blood_pressure,
    days,
    evaluation,
    evidence,
    fact,
    liver_panel,
    medication,
    opened_case,
    raised,
    ready_case,
    submitted_case,
)


def look(case: Case, *alerts: SafetyAlert, patient: PatientDetails = THIRTY, later: float = 0) -> Grounds:
    return grounds(case, patient, alerts, POLICY, now=NOW + days(later), zone=ZONE)


def missing(
    found: Grounds, accepted: dict[str, str] | None = None, indications: tuple[str, ...] = ("anxiety",)
) -> object:
    with pytest.raises(DomainError) as refused:
        found.require(accepted or {}, indications)
    assert refused.value.code == "decision_not_ready"
    return refused.value.extra["missing"]


def test_a_quiet_complete_case_is_ready() -> None:
    ready = look(ready_case())
    ready.require({}, ["anxiety"])
    assert (ready.missing, ready.findings) == ((), ())


def test_everything_missing_is_named_at_once() -> None:
    assert missing(look(opened_case())) == (
        "screening_not_submitted",
        *(f"history_{code.value}" for code in ConditionCode if code not in POLICY.asked.unprompted),
        "part_psychiatric",
        "part_physical",
        "part_risk",
        "part_capacity",
        "evidence_lab_panel",
        "evidence_liver_panel",
        "evidence_cures_report",
        "evidence_blood_pressure",
    )


def test_one_blood_pressure_reading_is_not_enough() -> None:
    case = ready_case()
    once = replace(case, evidence=tuple(e for e in case.evidence if e.kind is not EvidenceKind.BLOOD_PRESSURE))
    assert missing(look(once.with_evidence(blood_pressure(120, 80)))) == ("evidence_blood_pressure",)


def test_two_clinicians_may_share_the_parts() -> None:
    shared = replace(ready_case(), evaluations=()).evaluated(
        evaluation(EvaluationPart.PSYCHIATRIC, EvaluationPart.PHYSICAL), now=NOW
    )
    assert missing(look(shared)) == ("part_risk", "part_capacity")
    look(shared.evaluated(evaluation(EvaluationPart.RISK, EvaluationPart.CAPACITY), now=NOW)).require({}, ["anxiety"])


def test_a_part_that_speaks_against_treatment_stands_in_the_way() -> None:
    no_capacity = ready_case().evaluated(evaluation(EvaluationPart.CAPACITY, favourable=False, ended_at=NOW), now=NOW)
    assert missing(look(no_capacity)) == ("evaluation_unfavourable",)


@pytest.mark.parametrize(
    ("patient", "history", "needed"),
    [
        (THIRTY, None, False),
        (replace(THIRTY, born_on=date(1976, 11, 23)), None, True),
        (replace(THIRTY, born_on=date(1976, 11, 24)), None, False),
        (THIRTY, ConditionStatus.HISTORY, True),
        (THIRTY, ConditionStatus.RULED_OUT, False),
    ],
    ids=["thirty", "fifty today", "fifty tomorrow", "hypertension", "hypertension ruled out"],
)
def test_who_needs_an_ecg(patient: PatientDetails, history: ConditionStatus | None, needed: bool) -> None:
    case = ready_case()
    if history:
        case = case.with_facts(fact(ConditionCode.HYPERTENSION, history))
    assert look(case, patient=patient).missing == (("evidence_ecg",) if needed else ())


@pytest.mark.parametrize(
    ("taken", "needed"),
    [("Celexa 20 mg", True), ("methadone 40 mg", True), ("Zofran as needed", True), ("sertraline", False)],
)
def test_who_takes_what_lengthens_the_qt_interval_needs_an_ecg(taken: str, needed: bool) -> None:
    case = ready_case().with_medication(medication(taken))
    assert ("evidence_ecg" in look(case).missing) == needed


def test_what_was_taken_before_asks_for_no_ecg_once_a_prescriber_has_confirmed_its_end() -> None:
    today = NOW.date()
    reported = medication("citalopram").stopped(Stop(last_taken_on=today, at=NOW, by="ana"), today=today)
    confirmed = Stop(last_taken_on=today, at=NOW, by=PRESCRIBER, confirmed_by=PRESCRIBER)
    assert look(ready_case().with_medication(reported)).missing == ("evidence_ecg",)
    assert look(ready_case().with_medication(reported.stopped(confirmed, today=today))).missing == ()


def test_an_unknown_patient_is_the_careful_case() -> None:
    found = look(ready_case(), patient=PatientDetails())
    assert found.missing == ("birth_date_unknown", "state_unknown", "evidence_ecg")


def test_without_a_history_nothing_is_granted() -> None:
    never_asked = replace(ready_case(), history=())
    unasked = [code for code in ConditionCode if code not in POLICY.asked.unprompted]
    assert missing(look(never_asked)) == tuple(f"history_{code.value}" for code in unasked)


@pytest.mark.parametrize(
    ("alert", "blocks"),
    [
        (raised(CRISIS), True),
        (raised(CRISIS).acknowledged(NURSE, POLICY.alert_persistence, now=NOW), True),
        (raised(IN_SITTING), True),
        (raised(IN_SITTING).acknowledged(NURSE, POLICY.alert_persistence, now=NOW), True),
        (raised(BEFORE_NEXT_STEP), True),
        (raised(BEFORE_NEXT_STEP).acknowledged(NURSE, POLICY.alert_persistence, now=NOW), False),
    ],
    ids=["high", "high, seen", "moderate", "moderate, seen", "low", "low, seen"],
)
def test_no_decision_while_a_safety_alert_waits(alert: SafetyAlert, blocks: bool) -> None:
    assert look(ready_case(), alert).missing == (("alert_open",) if blocks else ())


def test_a_class_a_finding_takes_no_signature() -> None:
    case = ready_case().with_facts(fact(ConditionCode.PREGNANCY))
    assert missing(look(case), {"CI-08": "I know better"}) == ("class_a_finding",)


@pytest.mark.parametrize("drug", ["phenelzine", "lorazepam"])
def test_class_b_needs_a_pathway_and_class_c_a_plan(drug: str) -> None:
    found = look(ready_case().with_medication(medication(drug)))
    (finding,) = found.findings
    assert missing(found) == ("finding_without_pathway",)
    assert missing(found, {finding.rule: "  "}) == ("finding_without_pathway",)
    found.require({finding.rule: "signed plan"}, ["anxiety"])


def test_a_substance_use_disorder_is_signed_for_where_it_is_what_is_treated() -> None:
    found = look(ready_case().with_facts(fact(ConditionCode.ALCOHOL_USE_DISORDER)))
    pathway = {"CI-12": "under the clinic's pathway"}
    assert missing(found, pathway, ("anxiety", "ptsd")) == ("finding_without_pathway",)
    assert missing(found, {}, ("addiction",)) == ("finding_without_pathway",)
    found.require(pathway, ["ptsd", "addiction"])


def test_a_note_needs_nothing() -> None:
    look(ready_case().with_medication(medication("naltrexone"))).require({}, ["anxiety"])


def test_it_lasts_as_long_as_the_decision_when_the_evidence_lasts_longer() -> None:
    fresh = ready_case()
    fresh = replace(fresh, evidence=(), evaluations=())
    for each in (
        evidence(EvidenceKind.LAB_PANEL, taken_at=NOW),
        liver_panel(1, 1, taken_at=NOW),
        evidence(EvidenceKind.CURES_REPORT, taken_at=NOW),
    ):
        fresh = fresh.with_evidence(each)
    fresh = fresh.evaluated(evaluation(ended_at=NOW), now=NOW)
    assert look(fresh).valid_until == NOW + days(90)


def test_the_oldest_deciding_evidence_ends_it_first() -> None:
    case = ready_case()
    old_lab = evidence(EvidenceKind.LAB_PANEL, taken_at=NOW - days(60))
    case = replace(case, evidence=tuple(e for e in case.evidence if e.kind is not EvidenceKind.LAB_PANEL))
    found = look(case.with_evidence(old_lab))
    assert found.valid_until == NOW + days(30)
    assert old_lab.id in found.evidence_ids


def test_an_abnormal_liver_panel_counts_for_a_month_only() -> None:
    abnormal = replace(liver_panel(2, 1), result=EvidenceResult.ABNORMAL)
    rule, month = POLICY.evidence_rule(EvidenceKind.LIVER_PANEL), abnormal.taken_at + days(30)
    assert rule.ends(abnormal.taken_at, abnormal.result) == Ends(to_first_dose=month, in_course=month)


def test_session_evidence_never_shortens_a_clearance() -> None:
    plain = look(ready_case()).valid_until
    weighed = ready_case().with_evidence(evidence(EvidenceKind.PREGNANCY_TEST, EvidenceResult.NEGATIVE))
    assert look(weighed).valid_until == plain


def test_evidence_and_evaluation_that_lapsed_are_missing() -> None:
    assert set(look(ready_case(), later=100).missing) >= {"evidence_lab_panel", "part_psychiatric"}


def test_a_course_that_has_begun_goes_on_with_what_would_be_too_old_to_begin_on() -> None:
    begun = ready_case()
    begun = begun.in_course(begun.course.dosed("a session", NOW + days(5), POLICY.course))
    found = look(begun, later=100)
    assert not {"evidence_lab_panel", "evidence_liver_panel", "part_psychiatric"} & set(found.missing)
    assert found.valid_until == NOW - days(1) + days(180)
    assert {"evidence_lab_panel", "part_psychiatric"} <= set(look(begun, later=181).missing)


def test_a_decision_rests_on_every_reading_it_counts() -> None:
    case = ready_case()
    assert set(look(case).evidence_ids) == {each.id for each in case.evidence}


def test_submitting_alone_opens_nothing() -> None:
    assert "screening_not_submitted" not in look(submitted_case()).missing
