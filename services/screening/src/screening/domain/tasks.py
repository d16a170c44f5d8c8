"""Staff tasks: what a human must do because software must not.

Invariant: one open task per kind and reference; done once, by a person, or superseded by another (`done_by` is None).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from screening.domain.facts import PatientFact
from screening.domain.ids import PatientId, StaffId, TaskId


class TaskKind(StrEnum):
    """`welfare_check`: call 911 or send a welfare check, number and place are on the alert. `anomaly`: something was
    reported that fits nothing here. `withdrawal_risk`: a drug was stopped that must never be stopped abruptly.
    `outcome_review`: the scores of a course show something a prescriber must look at.
    """

    WELFARE_CHECK = "welfare_check"
    NEXT_DAY_CONTACT = "next_day_contact"
    PRESCRIBER_REVIEW = "prescriber_review"
    ROTA_GAP = "rota_gap"
    ANOMALY = "anomaly"
    WITHDRAWAL_RISK = "withdrawal_risk"
    OUTCOME_REVIEW = "outcome_review"


FOR_PRESCRIBERS = frozenset({TaskKind.PRESCRIBER_REVIEW, TaskKind.OUTCOME_REVIEW, TaskKind.WITHDRAWAL_RISK})
"""What only a prescriber can do: the danger of a sudden stop is their review too, only sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReviewed(PatientFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTask(Aggregate):
    """`ref` is the id of what the task is about (an alert, a clearance, the rota; the patient whose outcomes are to be
    reviewed)."""

    id: TaskId
    kind: TaskKind
    ref: str
    patient_id: PatientId | None
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    done_by: StaffId | None = None

    def superseded(self, *, now: datetime) -> Self:
        """More than it asked for is to be seen to, by another task: whoever has only seen this one cannot do that."""
        return replace(self.recording(), done_at=now)

    def done(self, by: StaffId, *, now: datetime) -> Self:
        """Somebody did it. Refused: `task_already_done`."""
        if self.done_at is not None:
            raise conflict("task_already_done", "The task has been done already.")
        done = replace(self.recording(), done_at=now, done_by=by)
        if self.kind is TaskKind.OUTCOME_REVIEW and self.patient_id is not None:
            return done.saying(OutcomeReviewed(patient_id=self.patient_id, at=now))
        return done
