"""What a plan asks for beside its sessions: who answers for it, when which step is due, and how it ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import ANA, CALENDAR, NURSE, POLICY, PRESCRIBER, ZONE, new_uuid
from sessions.domain.ids import PlanId, StaffId, TaskId
from sessions.domain.plan_task_terms import LabResult, TaskDays, TaskKind, TaskOutcome, TaskStep, TaskWait
from sessions.domain.plan_tasks import PlanTask, PlanTaskCompleted, PlanTaskDue, PlanTaskOverdue

DAYS = TaskDays(policy=POLICY.plan_tasks, timezone=POLICY.timezone, calendar=CALENDAR)


def local(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE).astimezone(UTC)


MADE_AT = local(10, 30, 10)
"""A Friday; the clocks change on Sunday, November 1."""
THERAPIST = StaffId("user-therapist")


def asked(
    kind: TaskKind = TaskKind.MINDFULNESS, due_on: date = date(2026, 11, 2), *, prescriber: bool = False
) -> PlanTask:
    return PlanTask.asked(
        TaskId(new_uuid()),
        ANA,
        PlanId(new_uuid()),
        kind,
        "ten minutes each morning",
        due_on,
        by=PRESCRIBER if prescriber else THERAPIST,
        prescriber=prescriber,
        days=DAYS,
        now=MADE_AT,
    )


def labs() -> PlanTask:
    return asked(TaskKind.LABS, prescriber=True)


def settles(
    task: PlanTask, outcome: TaskOutcome, *, by: StaffId | None = NURSE, note: str | None = "so", at: datetime = MADE_AT
) -> PlanTask:
    return task.settled(outcome, note, by=by, days=DAYS, now=at)


def results(task: PlanTask, at: datetime, *, abnormal: bool = False) -> PlanTask:
    return task.resulted(LabResult(abnormal=abnormal, summary="TSH 6.1", by=NURSE, at=at), days=DAYS)


def refused(change: Callable[[], PlanTask]) -> str:
    with pytest.raises(DomainError) as refusal:
        change()
    return refusal.value.code


def test_it_is_due_at_the_end_of_its_day_of_the_clinic_also_when_the_clocks_change() -> None:
    task = asked(due_on=date(2026, 11, 1))
    assert task.due_by == local(11, 2)
    assert task.due_by - local(11, 1) == timedelta(hours=25)
    assert [type(each) for each in task.facts] == [PlanTaskDue]


@pytest.mark.parametrize(
    ("due_on", "code"), [(date(2026, 10, 29), "due_day_over"), (date(2027, 11, 1), "due_day_too_far")]
)
def test_a_day_that_is_over_or_far_away_is_refused(due_on: date, code: str) -> None:
    assert refused(lambda: asked(due_on=due_on)) == code


def test_today_is_early_enough() -> None:
    assert asked(due_on=date(2026, 10, 30)).due_by == local(10, 31)


@pytest.mark.parametrize("kind", list(TaskKind))
def test_what_a_prescriber_answers_for_asks_nothing_before_one_has_signed(kind: TaskKind) -> None:
    task = asked(kind)
    needs = kind in {TaskKind.LABS, TaskKind.SUPPLEMENTS, TaskKind.TAPER}
    assert (task.needs_signature, task.asks_patient) == (needs, not needs)
    assert task.waits is (TaskWait.SIGNATURE if needs else None)
    assert task.sign(PRESCRIBER, now=MADE_AT).asks_patient
    assert not asked(kind, prescriber=True).needs_signature
    if needs:
        assert refused(lambda: settles(task, TaskOutcome.DONE)) == "task_not_signed"
        assert settles(task, TaskOutcome.CALLED_OFF).end


def test_it_is_signed_once() -> None:
    assert refused(lambda: asked(TaskKind.TAPER, prescriber=True).sign(PRESCRIBER, now=MADE_AT)) == "task_signed"


@pytest.mark.parametrize("outcome", list(TaskOutcome))
def test_it_ends_once_and_says_how(outcome: TaskOutcome) -> None:
    task = settles(asked(), outcome)
    said = task.facts[-1]
    assert isinstance(said, PlanTaskCompleted)
    assert (said.outcome, task.overdue_at, task.waits) == (outcome, None, None)
    assert refused(lambda: settles(task, TaskOutcome.DONE)) == "task_over"


def test_the_patient_may_say_done_or_not_without_a_reason_and_the_clinic_calls_off_with_one() -> None:
    for outcome in (TaskOutcome.DONE, TaskOutcome.MISSED):
        task = settles(asked(), outcome, by=None, note=None)
        assert task.end is not None
        assert task.end.taken.by is None
    assert refused(lambda: settles(asked(), TaskOutcome.CALLED_OFF, by=None)) == "clinic_calls_off"
    assert refused(lambda: settles(asked(), TaskOutcome.MISSED, note=" ")) == "note_missing"
    assert refused(lambda: settles(asked(), TaskOutcome.CALLED_OFF, note=None)) == "note_missing"


def test_that_it_is_late_is_said_once_and_it_can_still_be_done() -> None:
    task = asked()
    assert task.overdue(now=task.due_by - timedelta(seconds=1)) is task
    late = task.overdue(now=task.due_by)
    assert isinstance(late.facts[-1], PlanTaskOverdue)
    assert late.waits is TaskWait.LATE
    assert late.overdue(now=task.due_by + timedelta(days=1)) is late
    assert settles(late, TaskOutcome.DONE).waits is None


def test_a_laboratory_test_is_over_once_a_prescriber_has_read_its_result() -> None:
    taken = settles(labs(), TaskOutcome.DONE, by=None, at=local(11, 2, 8))
    assert (taken.step, taken.due_by) == (TaskStep.COLLECTED, local(11, 17))
    assert refused(lambda: settles(taken, TaskOutcome.DONE)) == "labs_end_by_review"
    assert refused(lambda: taken.sampled(NURSE, days=DAYS, now=local(11, 3))) == "sample_taken"
    resulted = results(taken, local(11, 5, 9))
    assert (resulted.waits, resulted.due_by) == (TaskWait.REVIEW, local(11, 14))
    assert refused(lambda: settles(resulted, TaskOutcome.DONE)) == "result_not_reviewed"
    assert refused(lambda: settles(resulted, TaskOutcome.CALLED_OFF)) == "result_not_reviewed"
    read = resulted.reviewed("as it should be", by=PRESCRIBER, now=local(11, 5, 10))
    assert read.end is not None
    assert read.end.outcome is TaskOutcome.DONE
    assert refused(lambda: read.reviewed("again", by=PRESCRIBER, now=local(11, 6))) == "no_result"


def test_an_abnormal_result_is_to_be_read_within_two_business_days_and_nothing_later_makes_that_longer() -> None:
    before_veterans_day = results(labs(), local(11, 10, 17), abnormal=True)
    assert before_veterans_day.due_by == local(11, 14)
    late = before_veterans_day.overdue(now=local(11, 14))
    corrected = results(late, local(11, 16))
    assert (corrected.due_by, corrected.said_overdue, len(corrected.unread)) == (local(11, 14), True, 2)


def test_an_abnormal_result_after_another_is_to_be_read_sooner() -> None:
    first = results(labs(), local(11, 2, 9))
    assert results(first, local(11, 2, 10), abnormal=True).due_by < first.due_by


def test_a_result_is_heard_whatever_the_task_had_come_to() -> None:
    called_off = settles(labs(), TaskOutcome.CALLED_OFF)
    read = results(labs(), local(11, 2)).reviewed("fine", by=PRESCRIBER, now=local(11, 3))
    for task in (called_off, read):
        again = results(task, local(11, 20), abnormal=True)
        assert (again.waits, again.end, len(again.unread)) == (TaskWait.REVIEW, None, 1)


def test_only_laboratory_tests_have_samples_and_results() -> None:
    assert refused(lambda: asked().sampled(NURSE, days=DAYS, now=MADE_AT)) == "not_labs"
    assert refused(lambda: results(asked(), MADE_AT)) == "not_labs"


def test_the_end_of_care_calls_off_what_is_open_but_no_result_nobody_has_read() -> None:
    ended = asked().discharged(PRESCRIBER, now=MADE_AT)
    assert ended.end is not None
    assert ended.end.outcome is TaskOutcome.CALLED_OFF
    assert ended.discharged(PRESCRIBER, now=MADE_AT) is ended
    unread = results(labs(), MADE_AT)
    assert unread.discharged(PRESCRIBER, now=MADE_AT) is unread


@pytest.mark.parametrize("name", ["farthest_days", "result_days", "abnormal_business_days"])
def test_a_policy_without_days_is_refused(name: str) -> None:
    nothing = replace(getattr(POLICY.plan_tasks, name), value=0)
    with pytest.raises(ValueError, match="abnormal result"):
        replace(POLICY.plan_tasks, **{name: nothing})
