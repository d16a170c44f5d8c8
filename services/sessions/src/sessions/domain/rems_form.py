"""The monitoring form the REMS asks for after every session in which a dose was given under it.

Invariants: one form for each session, from its first dose on; it is sent by a person, and not without what the form
asks for; what was sent stays as it was sent; where what it tells is put right since, it is asked for anew; that it is
late is said once.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from sessions.domain.ids import AdverseEventId, PatientId, SessionId, StaffId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.rems_report import TreatmentReport


class SedatingMedicine(StrEnum):
    """What the form asks about: medicines that may sedate, or change the blood pressure."""

    BENZODIAZEPINE = "benzodiazepine"
    SEDATIVE_HYPNOTIC = "sedative_hypnotic"
    OPIOID = "opioid"
    PSYCHOSTIMULANT = "psychostimulant"
    MAO_INHIBITOR = "mao_inhibitor"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the form asks and no record of the session holds; who monitored the patient answers it."""

    medicines: frozenset[SedatingMedicine] = field(repr=False)
    vitals_acceptable_before: bool
    vitals_acceptable_after: bool
    sedation: bool
    dissociation: bool
    respiratory_depression: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was sent, by whom and when. `revision` is that of the form, `reference` how the program acknowledged it, or
    how it was sent; `serious_events` are the serious adverse events reported for the session by then.
    """

    report: TreatmentReport = field(repr=False)
    answers: Answers = field(repr=False)
    serious_events: tuple[AdverseEventId, ...]
    revision: str
    reference: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsFormFact(Fact):
    form: "RemsForm"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsFormDue(RemsFormFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsFormSubmitted(RemsFormFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsFormOverdue(RemsFormFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsForm(Aggregate):
    """`id` is its session's; `said_overdue` once it was said to be late. `submission` is what was sent last, `outdated`
    where the record tells something else by now, `earlier` what was sent before it.
    """

    id: SessionId
    patient_id: PatientId
    due_by: datetime
    said_overdue: bool = False
    submission: Submission | None = None
    outdated: bool = False
    earlier: tuple[Submission, ...] = ()

    @classmethod
    def asked_for(cls, session_id: SessionId, patient_id: PatientId, *, within: timedelta, now: datetime) -> Self:
        """The first dose of the session was given."""
        form = cls(id=session_id, patient_id=patient_id, due_by=now + within)
        return form.saying(RemsFormDue(form=form, at=now))

    @property
    def waits(self) -> bool:
        """Whether it is to be sent, for the first time or anew."""
        return self.submission is None or self.outdated

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that it is late."""
        return self.due_by if self.waits and not self.said_overdue else None

    def told_otherwise(self, report: TreatmentReport, *, within: timedelta, now: datetime) -> Self:
        """The record says this by now: where something else was sent, the form is asked for anew; where that is what
        was sent, it is no more. Of one that was not sent nothing changes.
        """
        if self.submission is None or self.outdated == (self.submission.report != report):
            return self
        if self.outdated:
            return replace(self.recording(), outdated=False)
        after = replace(self.recording(), outdated=True, due_by=now + within, said_overdue=False)
        return after.saying(RemsFormDue(form=after, at=now))

    def submitted(
        self,
        report: TreatmentReport,
        answers: Answers,
        serious_events: tuple[AdverseEventId, ...],
        reference: str,
        policy: SessionsPolicy,
        *,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """A person has sent it, late or not. Refused: `rems_form_submitted`, `rems_form_incomplete` (with every element
        that is missing), `answers_contradict_record`, `reference_missing`.
        """
        if not self.waits:
            raise conflict("rems_form_submitted", "The form of this session has been sent; it stays as it was sent.")
        if report.missing:
            raise conflict(
                "rems_form_incomplete", "The form asks for what was not recorded.", missing=list(report.missing)
            )
        if report.shows_sedation(policy) and not answers.sedation:
            raise invalid("answers_contradict_record", "The alertness recorded in the session was that of sedation.")
        if not reference.strip():
            raise invalid("reference_missing", "Say how the program acknowledged the form, or how it was sent.")
        submission = Submission(
            report=report,
            answers=answers,
            serious_events=serious_events,
            revision=policy.rems.form_revision.value,
            reference=reference,
            by=by,
            at=now,
        )
        earlier = (*self.earlier, self.submission) if self.submission else self.earlier
        after = replace(self.recording(), submission=submission, outdated=False, earlier=earlier)
        return after.saying(RemsFormSubmitted(form=after, at=now))

    def overdue(self, *, now: datetime) -> Self:
        """Its time has run out; before that, once it was sent or said to be late, nothing changes."""
        if self.overdue_at is None or now < self.overdue_at:
            return self
        after = replace(self.recording(), said_overdue=True)
        return after.saying(RemsFormOverdue(form=after, at=self.due_by))
