"""A link by which a patient comes to their own questions without a login; see `careflow_domain.ways_in`."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from careflow_domain.setting import Setting
from careflow_domain.ways_in import Tries, WayIn
from screening.domain.facts import PatientFact
from screening.domain.ids import LinkId, PatientId, StaffId
from screening.domain.patients import PatientDetails
from screening.domain.policy_values import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPolicy:
    """How long a link leads in, how often somebody may be wrong, how long one sitting lasts, and how long after it
    began an alarming answer is heard all the same.
    """

    works_for: Span
    wrong_tries: Setting[int]
    sitting: Span
    heard_for: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLinkIssued(PatientFact):
    """A link that the patient is to be sent, because they are asked something: by when, and where they answer."""

    link_id: LinkId
    answer_by: datetime
    works_until: datetime
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink(Aggregate):
    """`issued_by` is nobody where it was made because something is asked."""

    id: LinkId
    patient_id: PatientId
    issued_by: StaffId | None
    issued_at: datetime
    works_until: datetime
    tries: Tries = field(default_factory=Tries)

    @classmethod
    def issued(
        cls,
        link_id: LinkId,
        patient_id: PatientId,
        known: PatientDetails,
        policy: LinkPolicy,
        *,
        by: StaffId | None,
        now: datetime,
    ) -> Self:
        """For a patient whose birth date is known, for it is asked for. Refused: `birth_date_unknown`."""
        if known.born_on is None:
            raise conflict("birth_date_unknown", "Without the birth date nobody can show that the link is theirs.")
        return cls(
            id=link_id,
            patient_id=patient_id,
            issued_by=by,
            issued_at=now,
            works_until=now + policy.works_for.length,
        )

    def to_be_sent(self, link: str, *, answer_by: datetime, now: datetime) -> Self:
        """It is for the patient to have at once."""
        issued = AnswerLinkIssued(
            patient_id=self.patient_id,
            at=now,
            link_id=self.id,
            answer_by=answer_by,
            works_until=self.works_until,
            link=link,
        )
        return self.saying(issued)

    def way_in(self, policy: LinkPolicy) -> WayIn:
        return WayIn(
            patient_id=self.patient_id,
            until=self.works_until,
            most_wrong=policy.wrong_tries.value,
            sitting=policy.sitting.length,
            tries=self.tries,
        )

    def tried(self, born_on: date, known: PatientDetails, policy: LinkPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is; the same link where nobody comes in by it any more."""
        tries = self.way_in(policy).tried(right=born_on == known.born_on, now=now)
        return self if tries is self.tries else replace(self.recording(), tries=tries)
