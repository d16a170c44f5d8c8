"""Where a patient stands: derived from what is known, whatever order it became known in."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.care_path import CarePath, CarePathStageChanged, Stage
from booking.domain.clearance import Clearance, ClearanceStatus
from booking.domain.due import Due, due
from booking.domain.gates import GATES, Asked, check, refusals
from booking.domain.ids import AlertId, AppointmentId, RequestId
from booking.domain.questions import QuestionnaireRequest
from booking.domain.visits import Disposition, VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, NOW, POLICY, ZONE
from services.booking.tests.care_path_steps import (
    EVALUATION,
    EVALUATION_DONE,
    EXPIRED,
    FIRST,
    INFO_CALL,
    LATER,
    PROCEED,
    REVOKED,
    SECOND,
    SUSPENDED,
    VALID,
    Step,
    after,
    alerted,
    cancelled,
    denied,
    evaluated,
    granted,
    missed,
    screening,
    visit,
)


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ((), Stage.INQUIRY),
        ((visit(),), Stage.INFO_CALL),
        ((cancelled(),), Stage.INQUIRY),
        ((missed(),), Stage.INFO_CALL),
        ((visit(INFO_CALL, Disposition.THINK_IT_OVER),), Stage.INFO_CALL),
        ((visit(INFO_CALL, Disposition.NOT_A_FIT),), Stage.CLOSED),
        ((visit(INFO_CALL, Disposition.REFER_OUT),), Stage.CLOSED),
        ((PROCEED,), Stage.SCREENING),
        ((PROCEED, screening), Stage.SCREENING),
        ((PROCEED, screening, visit(EVALUATION)), Stage.EVALUATION),
        ((PROCEED, screening, cancelled(EVALUATION)), Stage.SCREENING),
        ((PROCEED, screening, missed(EVALUATION)), Stage.SCREENING),
        ((PROCEED, screening, EVALUATION_DONE, evaluated), Stage.EVALUATION),
        ((PROCEED, screening, evaluated, granted), Stage.CLEARED),
        ((PROCEED, screening, evaluated, granted, SUSPENDED), Stage.CLEARED),
        ((PROCEED, screening, evaluated, granted, EXPIRED), Stage.EVALUATION),
        ((PROCEED, screening, evaluated, granted, REVOKED), Stage.EVALUATION),
        ((PROCEED, screening, evaluated, denied), Stage.CLOSED),
        ((PROCEED, screening, evaluated, lambda path: path.deferred(LATER, now=NOW)), Stage.SCREENING),
        ((PROCEED, screening, lambda path: path.screening_closed("withdrawn", now=NOW)), Stage.CLOSED),
        (
            (PROCEED, screening, evaluated, granted, lambda path: path.screening_closed("withdrawn", now=NOW)),
            Stage.CLOSED,
        ),
        ((visit(INFO_CALL, Disposition.NOT_A_FIT), visit()), Stage.INFO_CALL),
        ((PROCEED, screening, denied, visit()), Stage.INFO_CALL),
    ],
)
def test_the_stage_follows_from_what_is_known(steps: tuple[Step, ...], stage: Stage) -> None:
    assert after(*steps).stage is stage


def test_a_new_run_forgets_what_was_decided_but_not_an_open_alert() -> None:
    path = after(PROCEED, screening, alerted, granted, denied, visit())
    assert (path.case_id, path.clearance, path.closed_because) == (None, None, None)
    assert len(path.alerts) == 1


def test_a_change_of_stage_is_said_and_nothing_else_is() -> None:
    path = after(PROCEED, screening, alerted)
    assert path.facts == (
        CarePathStageChanged(patient_id=ANA, before=Stage.INQUIRY, after=Stage.INFO_CALL, at=NOW),
        CarePathStageChanged(patient_id=ANA, before=Stage.INFO_CALL, after=Stage.SCREENING, at=NOW),
    )


STEPS: dict[str, Step] = {
    "proceed": PROCEED,
    "screening": screening,
    "evaluation": EVALUATION_DONE,
    "evaluated": evaluated,
    "granted": granted,
    "alerted": alerted,
}


@given(st.permutations(sorted(STEPS)))
def test_facts_that_loosen_nothing_of_each_other_give_one_end_in_any_order(order: list[str]) -> None:
    assert after(*(STEPS[name] for name in order)).stage is Stage.CLEARED


@given(st.sampled_from([screening, evaluated, granted, SUSPENDED, EXPIRED, denied, alerted]))
def test_a_fact_that_is_heard_twice_leaves_no_trace(step: Step) -> None:
    once = after(PROCEED, screening, step)
    assert step(once) is once


def test_what_is_said_of_a_replaced_clearance_changes_nothing() -> None:
    path = after(granted, lambda p: p.cleared(Clearance(SECOND, ClearanceStatus.VALID, LATER), now=NOW))
    for step in (EXPIRED, REVOKED, SUSPENDED):
        assert step(path) is path
    assert path.clearance_extended(FIRST, LATER + timedelta(days=1), now=NOW) is path
    assert path.clearance_expiring(FIRST, 7, now=NOW) is path


def test_news_of_a_clearance_that_was_never_granted_here_is_kept() -> None:
    assert after(SUSPENDED).clearance == Clearance(FIRST, ClearanceStatus.SUSPENDED, LATER)
    assert after(lambda p: p.clearance_extended(FIRST, LATER, now=NOW)).stage is Stage.CLEARED


def test_an_extension_revives_what_expired_and_does_not_release_what_is_suspended() -> None:
    longer = LATER + timedelta(days=30)
    assert after(granted, EXPIRED).clearance_extended(FIRST, longer, now=NOW).clearance == Clearance(
        FIRST, ClearanceStatus.VALID, longer
    )
    assert after(granted, SUSPENDED).clearance_extended(FIRST, longer, now=NOW).clearance == Clearance(
        FIRST, ClearanceStatus.SUSPENDED, longer
    )


def closed_gates(path: CarePath, kind: VisitKind, starts_at: datetime = NOW, **more: object) -> set[str]:
    asked = Asked(kind=kind, starts_at=starts_at, zone=ZONE, **more)  # type: ignore[arg-type]  # fields by name
    return {refusal.code for refusal in refusals(path, asked)}


@pytest.mark.parametrize(
    ("steps", "kind", "closed"),
    [
        ((), INFO_CALL, set()),
        ((visit(),), INFO_CALL, {"already_booked"}),
        ((visit(INFO_CALL, Disposition.THINK_IT_OVER),), INFO_CALL, set()),
        ((PROCEED,), INFO_CALL, {"info_call_over"}),
        ((visit(INFO_CALL, Disposition.NOT_A_FIT),), INFO_CALL, set()),
        ((), EVALUATION, {"info_call_needed", "screening_needed"}),
        ((visit(),), EVALUATION, {"info_call_needed", "screening_needed"}),
        ((PROCEED,), EVALUATION, {"screening_needed"}),
        ((PROCEED, screening), EVALUATION, set()),
        ((PROCEED, screening, alerted), EVALUATION, set()),
        ((PROCEED, screening, visit(EVALUATION)), EVALUATION, {"already_booked"}),
        ((PROCEED, screening, EVALUATION_DONE), EVALUATION, set()),
        ((PROCEED, screening, lambda path: path.deferred(LATER, now=NOW)), EVALUATION, {"deferred"}),
        ((PROCEED, screening, denied), EVALUATION, {"care_closed"}),
        ((PROCEED, screening, granted, EXPIRED), EVALUATION, set()),
        ((), VisitKind.DOSING, {"plan_needed", "clearance_needed"}),
        ((granted,), VisitKind.DOSING, {"plan_needed"}),
        ((granted, SUSPENDED), VisitKind.DOSING, {"plan_needed", "clearance_suspended"}),
        ((granted, SUSPENDED, VALID), VisitKind.DOSING, {"plan_needed"}),
        ((granted, EXPIRED), VisitKind.DOSING, {"plan_needed", "clearance_expired"}),
        ((granted, REVOKED), VisitKind.DOSING, {"plan_needed", "clearance_needed"}),
        ((granted, alerted), VisitKind.DOSING, {"plan_needed", "safety_alert_open"}),
        (
            (granted, alerted, lambda path: path.alert_closed(AlertId("alert"), now=NOW)),
            VisitKind.DOSING,
            {"plan_needed"},
        ),
        ((granted, alerted), VisitKind.INTEGRATION, {"plan_needed"}),
    ],
)
def test_every_closed_gate_is_named(steps: tuple[Step, ...], kind: VisitKind, closed: set[str]) -> None:
    assert closed_gates(after(*steps), kind) == closed


def test_a_deferral_ends_on_its_day() -> None:
    path = after(PROCEED, screening, lambda p: p.deferred(LATER, now=NOW))
    assert closed_gates(path, EVALUATION, LATER) == set()


def test_a_visit_does_not_stand_in_its_own_way_when_it_is_moved() -> None:
    own = AppointmentId(EVALUATION)
    assert closed_gates(after(PROCEED, screening, visit(EVALUATION)), EVALUATION, moving=own) == set()
    assert closed_gates(after(visit()), INFO_CALL, moving=AppointmentId(INFO_CALL)) == set()


def test_an_incomplete_record_closes_every_clinical_visit_and_not_the_free_call() -> None:
    path = after(PROCEED, screening, granted)
    for kind in GATES:
        assert ("record_incomplete" in closed_gates(path, kind, record_complete=False)) is (kind is not INFO_CALL)


def test_a_refusal_names_each_gate_and_what_opens_it() -> None:
    with pytest.raises(DomainError) as refused:
        check(CarePath(id=ANA), Asked(kind=EVALUATION, starts_at=NOW, zone=ZONE))
    assert refused.value.code == "gates_closed"
    gates = refused.value.extra["gates"]
    assert isinstance(gates, list)
    assert [(gate["code"], gate["opened_by"]) for gate in gates] == [
        ("info_call_needed", "info_call_completed"),
        ("screening_needed", "screening_started"),
    ]


def test_every_kind_of_visit_has_its_gates() -> None:
    assert GATES.keys() == set(VisitKind)


def asks(path: CarePath) -> CarePath:
    asked = QuestionnaireRequest(RequestId("phq"), "intake", NOW + timedelta(days=3))
    return path.questioned(lambda questions: questions.asked(asked), now=NOW)


def no_message_told_of_them(path: CarePath) -> CarePath:
    return path.questioned(lambda questions: questions.untold(NOW), now=NOW)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), [Due("book_info_call")]),
        ((visit(),), [Due("info_call_visit", NOW + timedelta(hours=2), "info_call")]),
        ((missed(),), [Due("book_info_call")]),
        ((PROCEED,), [Due("book_evaluation")]),
        ((PROCEED, screening, asks), [Due("questionnaire", NOW + timedelta(days=3), "phq"), Due("book_evaluation")]),
        ((PROCEED, screening, evaluated), [Due("clearance_decision")]),
        ((PROCEED, screening, lambda path: path.deferred(LATER, now=NOW)), [Due("book_evaluation", LATER)]),
        ((granted,), [Due("renew_clearance", LATER, FIRST)]),
        ((granted, SUSPENDED), [Due("renew_clearance", LATER, FIRST), Due("clearance_review", None, FIRST)]),
        ((granted, alerted), [Due("safety_response", NOW, "alert"), Due("renew_clearance", LATER, FIRST)]),
        ((PROCEED, screening, evaluated, denied), []),
    ],
)
def test_what_is_due_next(steps: tuple[Step, ...], expected: list[Due]) -> None:
    assert list(due(after(*steps), POLICY)) == expected


def test_an_outcome_review_is_due_at_its_earliest_time_until_a_prescriber_has_looked() -> None:
    soon, later = NOW + timedelta(days=2), NOW + timedelta(days=3)
    path = after(granted).outcome_review_due(later, now=NOW).outcome_review_due(soon, now=NOW)
    path = path.outcome_review_due(later, now=NOW)
    assert Due("outcome_review", soon) in due(path, POLICY)
    assert "outcome_review" not in {each.code for each in due(path.outcome_reviewed(now=NOW), POLICY)}


def test_a_questionnaire_that_is_answered_or_not_asked_for_any_more_is_no_longer_due() -> None:
    path = after(PROCEED, screening, asks, no_message_told_of_them)
    assert Due("tell_of_questions", NOW) in due(path, POLICY)
    settled = path.questioned(lambda questions: questions.settled(RequestId("phq")), now=NOW)
    assert list(due(settled, POLICY)) == [Due("book_evaluation")]


def test_nobody_has_to_be_told_of_questions_that_are_not_asked() -> None:
    assert no_message_told_of_them(after(PROCEED, screening)) == after(PROCEED, screening)
