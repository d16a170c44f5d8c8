"""What a plan asks for beside its sessions: laboratory tests, food and supplements, the steps of a taper, practices.

Invariants: a task never gates a dose; what a prescriber answers for (`SIGNED_KINDS`) asks nothing of the patient before
one has signed it; a result is heard whenever it comes, and read by a prescriber before it is over; that a step is late
is said once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.ids import PatientId, PlanId, StaffId, TaskId
from sessions.domain.plan_task_terms import (
    SIGNED_KINDS,
    LabResult,
    Taken,
    TaskDays,
    TaskEnd,
    TaskKind,
    TaskOutcome,
    TaskStep,
    TaskWait,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaskFact(Fact):
    task: "PlanTask"
    due_by: datetime
    to_read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaskDue(PlanTaskFact):
    """`to_read`: what is due is a prescriber's reading of a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaskCompleted(PlanTaskFact):
    outcome: TaskOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaskOverdue(PlanTaskFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTask(Aggregate):
    """`text` is what it asks, in words for the patient; `step` is to be taken by `due_by`; `said_overdue` once that was
    said to be late. `results` in the order they came.
    """

    id: TaskId
    patient_id: PatientId
    plan_id: PlanId
    kind: TaskKind = field(repr=False)
    text: str = field(repr=False)
    due_on: date
    due_by: datetime
    made: Taken
    signed: Taken | None = None
    step: TaskStep = TaskStep.TO_DO
    collected: Taken | None = None
    results: tuple[LabResult, ...] = ()
    said_overdue: bool = False
    end: TaskEnd | None = None

    @classmethod
    def asked(
        cls,
        task_id: TaskId,
        patient_id: PatientId,
        plan_id: PlanId,
        kind: TaskKind,
        text: str,
        due_on: date,
        *,
        by: StaffId,
        prescriber: bool,
        days: TaskDays,
        now: datetime,
    ) -> Self:
        """To be done by the end of a day of the clinic; a prescriber signs by making it. Refused: `due_day_over`,
        `due_day_too_far`.
        """
        today = days.today(now)
        if due_on < today:
            raise invalid("due_day_over", "The day by which it is to be done is over.")
        if due_on > today + timedelta(days=days.policy.farthest_days.value):
            raise invalid("due_day_too_far", "It is to be done sooner.", most_days=days.policy.farthest_days.value)
        made = Taken(by=by, at=now)
        task = cls(
            id=task_id,
            patient_id=patient_id,
            plan_id=plan_id,
            kind=kind,
            text=text,
            due_on=due_on,
            due_by=days.end_of(due_on),
            made=made,
            signed=made if prescriber else None,
        )
        return task.saying(PlanTaskDue(task=task, at=now, due_by=task.due_by))

    @property
    def open(self) -> bool:
        return self.step is not TaskStep.OVER

    @property
    def needs_signature(self) -> bool:
        return self.kind in SIGNED_KINDS and self.signed is None

    @property
    def asks_patient(self) -> bool:
        """Whether the patient is to do something now."""
        return self.step is TaskStep.TO_DO and not self.needs_signature

    @property
    def unread(self) -> tuple[LabResult, ...]:
        return tuple(each for each in self.results if each.reviewed is None)

    @property
    def waits(self) -> TaskWait | None:
        """What the clinic is to do about it; None while it is the patient's, or the laboratory's, and in time."""
        if not self.open:
            return None
        if self.step is TaskStep.RESULTED:
            return TaskWait.REVIEW
        if self.needs_signature:
            return TaskWait.SIGNATURE
        return TaskWait.LATE if self.said_overdue else None

    @property
    def within_due(self) -> datetime:
        """A moment of the last day on which the step is in time; `due_by` itself is midnight, of the day after."""
        return self.due_by - timedelta(seconds=1)

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that the step is late."""
        return self.due_by if self.open and not self.said_overdue else None

    def sign(self, by: StaffId, *, now: datetime) -> Self:
        """A prescriber answers for it. Refused: `task_over`, `task_signed`."""
        self._must_be_open()
        if self.signed is not None:
            raise conflict("task_signed", "The task has been signed already.")
        return replace(self.recording(), signed=Taken(by=by, at=now))

    def settled(
        self, outcome: TaskOutcome, note: str | None, *, by: StaffId | None, days: TaskDays, now: datetime
    ) -> Self:
        """Done, not done, or called off; `by` is None for the patient, whose "done" of a laboratory test says that the
        sample was taken. Refused: `task_over`, `task_not_signed`, `clinic_calls_off`, `note_missing`,
        `labs_end_by_review`, `result_not_reviewed`.
        """
        self._must_be_open()
        if self.needs_signature and outcome is not TaskOutcome.CALLED_OFF:
            raise conflict("task_not_signed", "No prescriber has signed this yet.")
        if by is None and outcome is TaskOutcome.CALLED_OFF:
            raise forbidden("clinic_calls_off", "The clinic calls a task off.")
        if by is not None and outcome is not TaskOutcome.DONE and not (note or "").strip():
            raise invalid("note_missing", "It says why.")
        if self.step is TaskStep.RESULTED:
            raise conflict("result_not_reviewed", "A result is read first.")
        if self.kind is TaskKind.LABS and outcome is TaskOutcome.DONE:
            if by is None:
                return self.sampled(None, days=days, now=now)
            raise conflict("labs_end_by_review", "A laboratory test is over once its result was read.")
        return self.recording()._over(outcome, Taken(by=by, at=now), note, now)

    @property
    def patient_may_undo(self) -> bool:
        """Whether what was last said of it was the patient's own tick."""
        if self.step is TaskStep.COLLECTED:
            return self.collected is not None and self.collected.by is None and not self.results
        ticked = self.end is not None and self.end.outcome is TaskOutcome.DONE and self.end.taken.by is None
        return ticked and not self.results

    def undone(self, *, days: TaskDays, now: datetime) -> Self:
        """The patient ticked it off by mistake: it is to be done as before, by the same day. Refused: `not_to_undo` for
        what somebody of the clinic has said, or a result that has come.
        """
        if not self.patient_may_undo:
            raise conflict("not_to_undo", "Only what the patient has ticked off, and nobody has gone on with.")
        due_by = days.end_of(self.due_on)
        late = self.said_overdue if self.step is TaskStep.OVER else False
        after = replace(
            self.recording(), step=TaskStep.TO_DO, collected=None, end=None, due_by=due_by, said_overdue=late
        )
        return after.saying(PlanTaskDue(task=after, at=now, due_by=due_by))

    def sampled(self, by: StaffId | None, *, days: TaskDays, now: datetime) -> Self:
        """The sample was taken: the result is waited for. Refused: `task_over`, `task_not_signed`, `not_labs`,
        `sample_taken`.
        """
        self._must_be_labs()
        self._must_be_open()
        if self.needs_signature:
            raise conflict("task_not_signed", "No prescriber has signed this yet.")
        if self.step is not TaskStep.TO_DO:
            raise conflict("sample_taken", "The sample was taken before.")
        after = replace(self.recording(), step=TaskStep.COLLECTED, collected=Taken(by=by, at=now))
        return after._due(days.result_by(now), now)

    def resulted(self, result: LabResult, *, days: TaskDays) -> Self:
        """A result came, a corrected one too, whatever the task had come to: a prescriber is to read it. Refused:
        `not_labs`.
        """
        self._must_be_labs()
        after = replace(
            self.recording(), step=TaskStep.RESULTED, results=(*self.results, result), said_overdue=False, end=None
        )
        due_by = days.read_by(result.at, abnormal=result.abnormal)
        if self.step is TaskStep.RESULTED:
            due_by, after = min(due_by, self.due_by), replace(after, said_overdue=self.said_overdue)
            if due_by == self.due_by:
                return after
        return after._due(due_by, result.at)

    def reviewed(self, conclusion: str, *, by: StaffId, now: datetime) -> Self:
        """A prescriber has read all of its results. Refused: `no_result`."""
        if self.step is not TaskStep.RESULTED:
            raise conflict("no_result", "There is no result to be read.")
        taken = Taken(by=by, at=now)
        results = tuple(
            each if each.reviewed else replace(each, reviewed=taken, conclusion=conclusion) for each in self.results
        )
        return replace(self.recording(), results=results)._over(TaskOutcome.DONE, taken, None, now)

    def discharged(self, by: StaffId, *, now: datetime) -> Self:
        """Care has ended: nobody is asked for it any more. A result nobody has read keeps it open."""
        if not self.open or self.step is TaskStep.RESULTED:
            return self
        return self.recording()._over(TaskOutcome.CALLED_OFF, Taken(by=by, at=now), None, now)

    def overdue(self, *, now: datetime) -> Self:
        """The time of the step has run out; before that, once it was said or all is over, nothing changes."""
        if self.overdue_at is None or now < self.overdue_at:
            return self
        after = replace(self.recording(), said_overdue=True)
        said = PlanTaskOverdue(task=after, at=self.due_by, due_by=self.due_by, to_read=self.step is TaskStep.RESULTED)
        return after.saying(said)

    def _due(self, due_by: datetime, now: datetime) -> Self:
        after = replace(self, due_by=due_by, said_overdue=False)
        to_read = self.step is TaskStep.RESULTED
        return after.saying(PlanTaskDue(task=after, at=now, due_by=due_by, to_read=to_read))

    def _over(self, outcome: TaskOutcome, taken: Taken, note: str | None, now: datetime) -> Self:
        to_read = self.step is TaskStep.RESULTED
        after = replace(self, step=TaskStep.OVER, end=TaskEnd(outcome=outcome, taken=taken, note=note))
        said = PlanTaskCompleted(task=after, at=now, due_by=self.due_by, to_read=to_read, outcome=outcome)
        return after.saying(said)

    def _must_be_open(self) -> None:
        if self.end is not None:
            raise conflict("task_over", "This is over.", outcome=self.end.outcome.value)

    def _must_be_labs(self) -> None:
        if self.kind is not TaskKind.LABS:
            raise conflict("not_labs", "Only a laboratory test has a sample and a result.")


def unread_results(tasks: Iterable[PlanTask]) -> tuple[TaskId, ...]:
    """The tasks of which a result came that no prescriber has read."""
    return tuple(each.id for each in tasks if each.step is TaskStep.RESULTED)
