"""Contacts after harm: after an adverse event, or after somebody left a dose early, the clinic speaks with the patient.

Invariants: a contact is made when somebody has spoken with the patient, and over when their care ends before; every
attempt stays; that it is late is said once.
Source: domain brief, section 3.5 (post-session contacts the next day and after 72 hours; who left early is called the
next day); the numbers are the clinic's policy.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.ids import AdverseEventId, ContactId, PatientId, SessionId, StaffId, TaskId
from sessions.domain.policy import SessionsPolicy


class ContactKind(StrEnum):
    NEXT_DAY = "next_day_contact"
    LATER = "later_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody tried to speak with the patient."""

    reached: bool
    note: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What the contact is about: an adverse event, or a session the patient left early."""

    adverse_event_id: AdverseEventId | None = None
    session_id: SessionId | None = None


class ContactTask(StrEnum):
    """What somebody of the team is asked to do to speak with a patient."""

    NEXT_DAY_CONTACT = "next_day_contact"
    LATER_CONTACT = "later_contact"
    MISSED_VISIT_CALL = "missed_visit_call"
    MISSED_VISIT_LETTER = "missed_visit_letter"
    MISSED_VISIT_DECISION = "missed_visit_decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpContactFact(Fact):
    """`task_id` is the contact, or where several steps follow each other what they belong to."""

    patient_id: PatientId
    task_id: TaskId
    task: ContactTask
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpContactDue(FollowUpContactFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpContactOverdue(FollowUpContactFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpContact(Aggregate):
    """`attempts` in order; `said_overdue` once it was said to be late; `ended_at` is when the patient's care ended
    before anybody had spoken with them.
    """

    id: ContactId
    patient_id: PatientId
    kind: ContactKind
    cause: Cause
    due_by: datetime
    attempts: tuple[Attempt, ...] = ()
    said_overdue: bool = False
    ended_at: datetime | None = None

    @classmethod
    def asked_for(
        cls,
        contact_id: ContactId,
        patient_id: PatientId,
        kind: ContactKind,
        cause: Cause,
        policy: SessionsPolicy,
        *,
        now: datetime,
        since: datetime | None = None,
    ) -> Self:
        """To be made by the end of the clinic's next day, or within the hours of the policy, counted from `since` where
        what it is about was written down afterwards.
        """
        due_by = _due_by(kind, policy, since or now)
        contact = cls(id=contact_id, patient_id=patient_id, kind=kind, cause=cause, due_by=due_by)
        return contact.saying(FollowUpContactDue(**contact._told(now)))

    @property
    def made_at(self) -> datetime | None:
        """When somebody spoke with the patient."""
        return next((each.at for each in self.attempts if each.reached), None)

    @property
    def open(self) -> bool:
        """Whether somebody is still to speak with the patient."""
        return self.made_at is None and self.ended_at is None

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that it is late."""
        return self.due_by if self.open and not self.said_overdue else None

    def attempted(self, attempt: Attempt) -> Self:
        """Somebody tried, in time or not. Refused: `contact_made`, `contact_over`, `note_missing`."""
        if self.made_at is not None:
            raise conflict("contact_made", "Somebody has spoken with the patient.")
        if self.ended_at is not None:
            raise conflict("contact_over", "The patient's care has ended.")
        if not attempt.note.strip():
            raise invalid("note_missing", "An attempt says how it went.")
        return replace(self.recording(), attempts=(*self.attempts, attempt))

    def discharged(self, *, now: datetime) -> Self:
        """Care has ended: nobody goes on trying."""
        return replace(self.recording(), ended_at=now) if self.open else self

    def overdue(self, *, now: datetime) -> Self:
        """Its time has run out; before that, once it is over or was said to be late, nothing changes."""
        if self.overdue_at is None or now < self.overdue_at:
            return self
        after = replace(self.recording(), said_overdue=True)
        return after.saying(FollowUpContactOverdue(**after._told(self.due_by)))

    def _told(self, at: datetime) -> dict[str, Any]:
        task = ContactTask(self.kind.value)
        return {
            "patient_id": self.patient_id,
            "task_id": TaskId(self.id),
            "task": task,
            "due_by": self.due_by,
            "at": at,
        }


def _due_by(kind: ContactKind, policy: SessionsPolicy, now: datetime) -> datetime:
    if kind is ContactKind.LATER:
        return now + timedelta(hours=policy.follow_up.later_hours.value)
    next_day = clinic_day(now, policy.timezone) + timedelta(days=policy.follow_up.next_days.value)
    _, end = day_bounds(next_day, policy.timezone)
    return end
