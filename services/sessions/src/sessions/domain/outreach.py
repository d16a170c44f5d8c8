"""Reaching a patient who did not come to a visit of their treatment: step by step, then a person decides.

Invariants: one at a time is open for a patient; every attempt stays; a step nobody made is said to be late once; nobody
is given up by the clock: only after the attempts and the letter, and by somebody's decision.
Source: domain brief, section 1.3 (outreach on the day of the missed visit; three attempts over fourteen days and a
letter before a patient counts as lost to follow-up, never silently); the numbers are the clinic's policy.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.follow_up import ContactTask, FollowUpContactDue, FollowUpContactOverdue
from sessions.domain.ids import OutreachId, PatientId, SessionId, StaffId, TaskId
from sessions.domain.policy import SessionsPolicy


class OutreachStep(StrEnum):
    """What is to be done next."""

    CALL = "call"
    LETTER = "letter"
    DECIDE = "decide"


class OutreachEnd(StrEnum):
    """`came`: to a visit, or they missed none after all; `kept`, `lost`: somebody decided; `discharged`: care ended."""

    REACHED = "reached"
    CAME = "came"
    KEPT = "kept"
    LOST = "lost"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Somebody called, or sent the letter (`step`), and spoke with the patient or did not."""

    step: OutreachStep
    reached: bool
    note: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether somebody whom nobody could reach counts as lost to follow-up, or is kept in care."""

    lost: bool
    note: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach(Aggregate):
    """`session_id` is the visit that was missed, `step` what is to be done by `due_by`; `said_overdue` once that was
    said to be late.
    """

    id: OutreachId
    patient_id: PatientId
    session_id: SessionId
    began_at: datetime
    step: OutreachStep = OutreachStep.CALL
    due_by: datetime
    tries: tuple[Try, ...] = ()
    said_overdue: bool = False
    decision: Decision | None = None
    end: OutreachEnd | None = None

    @classmethod
    def begun(
        cls,
        outreach_id: OutreachId,
        patient_id: PatientId,
        session_id: SessionId,
        policy: SessionsPolicy,
        *,
        now: datetime,
    ) -> Self:
        """The visit was missed: somebody calls on the same day of the clinic."""
        due_by = _end_of(clinic_day(now, policy.timezone), policy)
        outreach = cls(id=outreach_id, patient_id=patient_id, session_id=session_id, began_at=now, due_by=due_by)
        return outreach.saying(FollowUpContactDue(**outreach._told(now)))

    @property
    def open(self) -> bool:
        return self.end is None

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that the step is late."""
        return self.due_by if self.open and not self.said_overdue else None

    def tried(self, attempt: Try, policy: SessionsPolicy) -> Self:
        """Somebody called, or sent the letter. Refused: `outreach_over`, `note_missing`, `letter_too_early`."""
        self._must_be_open()
        if not attempt.note.strip():
            raise invalid("note_missing", "An attempt says how it went.")
        if attempt.step is OutreachStep.LETTER and self.step is OutreachStep.CALL:
            raise conflict("letter_too_early", "A letter follows the calls of these days.")
        after = replace(self.recording(), tries=(*self.tries, attempt))
        return after.ended(OutreachEnd.REACHED) if attempt.reached else after._going_on(policy, attempt.at)

    def decided(self, decision: Decision) -> Self:
        """Lost to follow-up, or kept in care. Refused: `outreach_over`, `note_missing`, `not_tried_enough`."""
        self._must_be_open()
        if not decision.note.strip():
            raise invalid("note_missing", "A decision says what it rests on.")
        if self.step is not OutreachStep.DECIDE:
            raise conflict("not_tried_enough", "The calls and the letter come first.", next=self.step.value)
        after = replace(self.recording(), decision=decision)
        return after.ended(OutreachEnd.LOST if decision.lost else OutreachEnd.KEPT)

    def came(self) -> Self:
        """The patient is there, or did not miss that visit."""
        return self.recording().ended(OutreachEnd.CAME) if self.open else self

    def discharged(self) -> Self:
        """Care has ended: nobody goes on trying."""
        return self.recording().ended(OutreachEnd.DISCHARGED) if self.open else self

    def ended(self, end: OutreachEnd) -> Self:
        """Part of another change: not a version of its own."""
        return replace(self, end=end)

    def overdue(self, *, now: datetime) -> Self:
        """The time of the step has run out; before that, once it was said or all is over, nothing changes."""
        if self.overdue_at is None or now < self.overdue_at:
            return self
        after = replace(self.recording(), said_overdue=True)
        return after.saying(FollowUpContactOverdue(**after._told(self.due_by)))

    def _going_on(self, policy: SessionsPolicy, now: datetime) -> Self:
        """What follows a call or a letter that did not reach the patient."""
        step, by = self._next(policy, clinic_day(now, policy.timezone))
        due_by = _end_of(by, policy)
        if (step, due_by) == (self.step, self.due_by):
            return self
        after = replace(self, step=step, due_by=due_by, said_overdue=False)
        return after.saying(FollowUpContactDue(**after._told(now)))

    def _next(self, policy: SessionsPolicy, today: date) -> tuple[OutreachStep, date]:
        """The step, and the day by whose end it is due. The calls are spread over the days of the policy: many on the
        first day are none on the last.
        """
        lost, calls = policy.lost, len(self.tries)
        if any(each.step is OutreachStep.LETTER for each in self.tries):
            return OutreachStep.DECIDE, today + timedelta(days=lost.decide_days.value)
        missed_on = clinic_day(self.began_at, policy.timezone)
        if calls >= lost.calls.value and today >= missed_on + timedelta(days=lost.over_days.value):
            return OutreachStep.LETTER, today + timedelta(days=lost.letter_days.value)
        gaps = lost.calls.value - 1
        planned = missed_on + timedelta(days=min(calls, gaps) * lost.over_days.value // gaps)
        return OutreachStep.CALL, max(planned, today + timedelta(days=1))

    def _told(self, at: datetime) -> dict[str, Any]:
        task = _TASK[self.step]
        return {
            "patient_id": self.patient_id,
            "task_id": TaskId(self.id),
            "task": task,
            "due_by": self.due_by,
            "at": at,
        }

    def _must_be_open(self) -> None:
        if self.end is not None:
            raise conflict("outreach_over", "This is over.", end=self.end.value)


_TASK = {
    OutreachStep.CALL: ContactTask.MISSED_VISIT_CALL,
    OutreachStep.LETTER: ContactTask.MISSED_VISIT_LETTER,
    OutreachStep.DECIDE: ContactTask.MISSED_VISIT_DECISION,
}


def _end_of(day: date, policy: SessionsPolicy) -> datetime:
    _, end = day_bounds(day, policy.timezone)
    return end
