"""The screening case: answers, history, evidence, evaluations, and what a closed case refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from careflow_domain.aggregate import Fact
from careflow_domain.errors import DomainError
from screening.domain.case import Case, ScreeningStarted
from screening.domain.case_record import CaseState
from screening.domain.conditions import ConditionCode
from screening.domain.endings import (
    CareEnd,
    ClearanceDeferred,
    ClearanceDenied,
    CloseReason,
    Deferral,
    Ending,
    ScreeningClosed,
)
from screening.domain.evaluation import Diagnoses, DiagnosesRecorded, EvaluationPart, EvaluationRecorded, ServiceLine
from screening.domain.evidence import EvidenceExpiring, EvidenceKind
from screening.domain.history import ConditionStatus, allergies
from screening.domain.ids import AlertId, ClearanceId, ClinicalFactId, EvaluationId, MedicationId, RequestId
from screening.domain.intake import Purpose, QuestionnaireCompleted, QuestionnaireRequested, RequestedQuestionnaire
from services.screening.tests.builders import (
    C_SSRS,
    NOW,
    PHQ_9,
    POLICY,
    PRESCRIBER,
    days,
    evaluation,
    evidence,
    fact,
    liver_panel,
    medication,
    minutes,
    opened_case,
    phq_9,
    ready_case,
    submitted_case,
    without_facts,
)

WARN = POLICY.evidence_warns_before.length


def phq_9_request(case: Case) -> RequestedQuestionnaire:
    request = case.unanswered("phq-9")
    assert request is not None
    return request


def refusal(change: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        change()
    return refused.value


def denied() -> Ending:
    return Ending(by=PRESCRIBER, at=NOW, reason=CloseReason.DENIED, note="not now")


def kinds(case: Case) -> list[type[Fact]]:
    return [type(each) for each in case.facts]


def test_it_opens_with_the_intake_questionnaires_asked_for() -> None:
    case = opened_case()
    assert case.state is CaseState.OPEN
    assert [each.questionnaire for each in case.questionnaires] == ["phq-9", "gad-7", "c-ssrs-screener"]
    assert kinds(case) == [ScreeningStarted, *[QuestionnaireRequested] * 3]


def test_half_filled_answers_are_kept_and_set_off_their_alert_at_once() -> None:
    case = opened_case()
    request = phq_9_request(case)
    case, alarms = case.answered(request.id, PHQ_9, 1, {"1": "3", "9": "2"})
    assert [hit.code for hit in alarms.anew] == ["phq9_item9_often"]
    assert case.request(request.id).answers == {"1": "3", "9": "2"}
    assert case.request(request.id).score(PHQ_9) is None


def test_an_unchanged_answer_is_told_from_one_that_changed() -> None:
    case = opened_case()
    request = phq_9_request(case)
    case, _ = case.answered(request.id, PHQ_9, 1, {"9": "2"})
    case, alarms = case.answered(request.id, PHQ_9, 1, {"9": "2", "1": "0"})
    assert (alarms.anew, [hit.code for hit in alarms.again]) == ((), ["phq9_item9_often"])
    _, alarms = case.answered(request.id, PHQ_9, 1, {"9": "3"})
    assert ([hit.code for hit in alarms.anew], alarms.again) == (["phq9_item9_often"], ())


def test_with_an_item_missing_it_stays_open_and_unscored() -> None:
    case = opened_case()
    request = phq_9_request(case)
    partial = {item: option for item, option in phq_9(17).items() if item != "4"}
    case, _ = case.answered(request.id, PHQ_9, 1, partial)
    assert case.completed(request.id, PHQ_9, now=NOW) is case


def test_completed_it_is_scored_and_says_which_alerts_it_touched() -> None:
    case = opened_case()
    request = phq_9_request(case)
    case, _ = case.answered(request.id, PHQ_9, 1, phq_9(17, item_9=1))
    case = case.alerted(request.id, AlertId("an-alert")).completed(request.id, PHQ_9, now=NOW)
    score = case.request(request.id).score(PHQ_9)
    assert score is not None
    assert score.total == 17
    completed = case.facts[-1]
    assert isinstance(completed, QuestionnaireCompleted)
    assert completed.alert_ids == ("an-alert",)


def test_bad_answers_are_refused_with_nothing_kept() -> None:
    case = opened_case()
    request = phq_9_request(case)
    assert refusal(lambda: case.answered(request.id, PHQ_9, 1, {"9": "4"})).code == "unknown_option"
    assert refusal(lambda: case.answered(request.id, PHQ_9, 1, {"10": "1"})).code == "unknown_item"
    assert refusal(lambda: case.answered(request.id, PHQ_9, 2, {"9": "1"})).code == "definition_version_mismatch"
    nobody = RequestId("nobody")
    assert refusal(lambda: case.answered(nobody, PHQ_9, 1, {})).code == "questionnaire_request_not_found"


def test_answers_after_completion_are_refused() -> None:
    case = submitted_case()
    request = case.questionnaires[0]
    assert refusal(lambda: case.answered(request.id, PHQ_9, 1, {"9": "1"})).code == "questionnaire_completed"


def test_it_is_submitted_once_every_questionnaire_is_complete() -> None:
    incomplete = refusal(lambda: opened_case().submitted(now=NOW))
    assert incomplete.code == "questionnaires_incomplete"
    submitted = submitted_case()
    assert submitted.state is CaseState.SUBMITTED
    assert refusal(lambda: submitted.submitted(now=NOW)).code == "already_submitted"


def test_a_later_request_leaves_a_submitted_case_submitted() -> None:
    case = submitted_case().requesting(
        RequestId("again"), C_SSRS, Purpose.FOLLOW_UP, due_within=days(1), now=NOW + days(1)
    )
    assert case.state is CaseState.SUBMITTED
    assert case.unanswered("c-ssrs-screener") is not None


def test_a_reclassified_fact_keeps_what_it_said_before_and_why_it_changed() -> None:
    aneurysm = fact(ConditionCode.ANEURYSMAL_VASCULAR_DISEASE)
    case = opened_case().with_facts(aneurysm)
    case = case.correcting(
        aneurysm.id,
        lambda each: each.reclassified(
            each.condition,
            ConditionStatus.RULED_OUT,
            None,
            by=PRESCRIBER,
            reason="angiography clear",
            now=NOW,
            today=NOW.date(),
        ),
    )
    (corrected,) = case.history
    assert corrected.status is ConditionStatus.RULED_OUT
    assert [(step.status_before, step.by) for step in corrected.reclassifications] == [
        (ConditionStatus.ACTIVE, PRESCRIBER)
    ]
    assert refusal(lambda: case.correcting(ClinicalFactId("none"), lambda each: each)).code == "fact_not_found"


def test_reclassifying_needs_a_reason_and_says_what_can_be() -> None:
    def to(condition: ConditionCode, occurred_on: date | None, reason: str) -> str:
        told = fact(ConditionCode.PSYCHOSIS)
        return refusal(
            lambda: told.reclassified(
                condition, ConditionStatus.HISTORY, occurred_on, by=PRESCRIBER, reason=reason, now=NOW, today=NOW.date()
            )
        ).code

    assert to(ConditionCode.PSYCHOSIS, None, " ") == "reason_missing"
    assert to(ConditionCode.PSYCHOSIS, NOW.date() + days(1), "spoke to the ward") == "date_in_future"
    assert to(ConditionCode.OTHER, None, "spoke to the ward") == "detail_missing"


def test_what_was_told_in_words_is_classified_to_a_condition_with_a_code() -> None:
    told = fact(ConditionCode.OTHER, detail="bleeding in the head as a child")
    known_now = told.reclassified(
        ConditionCode.INTRACEREBRAL_HEMORRHAGE,
        ConditionStatus.HISTORY,
        None,
        by=PRESCRIBER,
        reason="records of the hospital",
        now=NOW,
        today=NOW.date(),
    )
    assert known_now.condition is ConditionCode.INTRACEREBRAL_HEMORRHAGE
    assert [step.condition_before for step in known_now.reclassifications] == [ConditionCode.OTHER]


def test_a_medication_that_is_not_there_is_refused() -> None:
    assert refusal(lambda: opened_case().medication(MedicationId("none"))).code == "medication_not_found"


def test_evidence_is_warned_about_once_before_it_lapses() -> None:
    lab = evidence(EvidenceKind.LAB_PANEL, taken_at=NOW)
    case = without_facts(opened_case().with_evidence(lab))
    assert case.evidence_due_at(WARN) == NOW + days(76)
    warned = case.evidence_expiring(WARN, now=NOW + days(76))
    assert [type(each) for each in warned.facts] == [EvidenceExpiring]
    assert warned.evidence_due_at(WARN) is None
    assert warned.evidence_expiring(WARN, now=NOW + days(80)) is warned


def test_evidence_that_counts_longer_in_a_course_is_warned_about_again() -> None:
    case = without_facts(opened_case().with_evidence(evidence(EvidenceKind.LAB_PANEL, taken_at=NOW)))
    warned = without_facts(case.evidence_expiring(WARN, now=NOW + days(76)))
    begun = warned.in_course(warned.course.dosed("a session", NOW + days(80), POLICY.course))
    assert begun.evidence_due_at(WARN) == NOW + days(166)
    (warning,) = begun.evidence_expiring(WARN, now=NOW + days(166)).facts
    assert isinstance(warning, EvidenceExpiring)
    assert warning.valid_until == NOW + days(180)


def test_replaced_evidence_and_session_evidence_need_no_warning() -> None:
    case = (
        opened_case()
        .with_evidence(liver_panel(1, 1, taken_at=NOW - days(60)))
        .with_evidence(liver_panel(1, 1, taken_at=NOW))
        .with_evidence(evidence(EvidenceKind.PREGNANCY_TEST))
    )
    assert case.evidence_due_at(WARN) == NOW + days(76)


def test_an_evaluation_says_its_parts_and_lines() -> None:
    seen = replace(
        evaluation(EvaluationPart.RISK, EvaluationPart.CAPACITY),
        service_lines=(ServiceLine(code="90792", units=1, minutes=60),),
    )
    recorded = opened_case().evaluated(seen, now=NOW).facts[-1]
    assert isinstance(recorded, EvaluationRecorded)
    assert recorded.parts == ("risk", "capacity")
    assert recorded.service_lines == seen.service_lines


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ended_at": NOW + minutes(1)}, "evaluation_times_invalid"),
        ({"started_at": NOW, "ended_at": NOW}, "evaluation_times_invalid"),
        ({"parts": ()}, "parts_invalid"),
        ({"parts": evaluation(EvaluationPart.RISK).parts * 2}, "parts_invalid"),
        ({"service_lines": (ServiceLine(code="no code", units=1),)}, "service_line_invalid"),
        ({"service_lines": (ServiceLine(code="90792", units=0),)}, "service_line_invalid"),
    ],
)
def test_an_evaluation_that_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    broken = replace(evaluation(), **change)  # type: ignore[arg-type] # each row names one field of Evaluation
    assert refusal(lambda: opened_case().evaluated(broken, now=NOW)).code == code


def diagnoses(*codes: str, case: Case) -> Diagnoses:
    return Diagnoses(evaluation_id=case.evaluations[0].id, recorded_at=NOW, recorded_by=PRESCRIBER, codes=codes)


def test_substance_use_codes_are_withheld_and_counted() -> None:
    case = ready_case()
    recorded = case.diagnosed(diagnoses("F33.2", "F10.20", "F43.10", case=case), consented=False).facts[-1]
    assert isinstance(recorded, DiagnosesRecorded)
    assert (recorded.disclosed, recorded.withheld) == (("F33.2", "F43.10"), 1)


@pytest.mark.parametrize("codes", [(), ("F33.2", "F33.2"), ("depression",), ("f33.2",)])
def test_diagnoses_are_icd_10_cm_codes_each_once(codes: tuple[str, ...]) -> None:
    case = ready_case()
    assert refusal(lambda: case.diagnosed(diagnoses(*codes, case=case), consented=True)).code == "diagnoses_invalid"


def test_diagnoses_belong_to_an_evaluation_of_the_case() -> None:
    case = ready_case()
    stray = replace(diagnoses("F33.2", case=case), evaluation_id=EvaluationId("none"))
    assert refusal(lambda: case.diagnosed(stray, consented=False)).code == "evaluation_not_found"


def test_deferring_keeps_the_case_open() -> None:
    deferral = Deferral(by=PRESCRIBER, at=NOW, until=NOW + days(30), reason="blood pressure")
    case = ready_case().deferred(deferral)
    assert (case.state, kinds(case)[-1]) == (CaseState.SUBMITTED, ClearanceDeferred)


def test_denying_closes_the_case_for_good() -> None:
    case = ready_case().denied(denied())
    assert case.state is CaseState.CLOSED
    assert kinds(case)[-2:] == [ClearanceDenied, ScreeningClosed]
    request = case.questionnaires[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: case.answered(request.id, PHQ_9, 1, {}),
        lambda: case.requesting(RequestId("x"), PHQ_9, Purpose.INTAKE, due_within=days(1), now=NOW),
        lambda: case.with_facts(fact(ConditionCode.PREGNANCY)),
        lambda: case.with_medication(medication("sertraline")),
        lambda: case.with_evidence(evidence(EvidenceKind.ECG)),
        lambda: case.evaluated(evaluation(), now=NOW),
        lambda: case.closed(denied()),
        lambda: case.submitted(now=NOW),
    )
    assert {refusal(change).code for change in changes} == {"case_closed"}


def test_allergies_are_what_the_patient_has_now() -> None:
    case = (
        opened_case()
        .with_facts(fact(ConditionCode.DRUG_ALLERGY, detail="penicillin"))
        .with_facts(fact(ConditionCode.DRUG_ALLERGY, ConditionStatus.RULED_OUT, detail="latex"))
    )
    assert allergies(case.history) == ("penicillin",)


def test_a_first_decision_is_waited_for_from_when_it_was_handed_in_until_it_is_decided() -> None:
    case = submitted_case()
    assert opened_case().undecided_from is None
    assert case.undecided_from == case.submitted_at
    later = Deferral(by=PRESCRIBER, at=NOW, until=NOW + days(30), reason="thyroid first")
    sooner = replace(later, until=NOW + days(7))
    assert case.deferred(later).deferred(sooner).undecided_from == NOW + days(7)
    assert case.deferred(replace(later, until=NOW - days(1))).undecided_from == case.submitted_at
    assert case.cleared(ClearanceId("granted")).undecided_from is None
    assert case.denied(denied()).undecided_from is None
    assert case.discharged(CareEnd(by=PRESCRIBER, at=NOW), POLICY.course).undecided_from is None
