"""A link by which a patient comes to their own questions without a login: what they were sent, and what they know.

Invariant: who has the link alone learns nothing; after so many wrong tries, or when its time is over, nobody comes in
by it any more, and nobody is told which of the two it was.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from careflow_domain.setting import Setting
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
    """`issued_by` is nobody where it was made because something is asked. `opened_at`: when somebody last came in by
    it; whoever came in before that sits there no longer.
    """

    id: LinkId
    patient_id: PatientId
    issued_by: StaffId | None
    issued_at: datetime
    works_until: datetime
    wrong_tries: int = 0
    opened_at: datetime | None = None

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

    def leads_in(self, policy: LinkPolicy, now: datetime) -> bool:
        """Whether anybody still comes in by it."""
        return now < self.works_until and self.wrong_tries < policy.wrong_tries.value

    def tried(self, born_on: date, known: PatientDetails, policy: LinkPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is. What was wrong is counted; where nobody comes in any more nothing is."""
        if not self.leads_in(policy, now):
            return self
        if born_on != known.born_on:
            return replace(self.recording(), wrong_tries=self.wrong_tries + 1)
        return replace(self.recording(), wrong_tries=0, opened_at=now)

    def seats(self, opened_at: datetime, policy: LinkPolicy, now: datetime) -> bool:
        """Whether who came in at that moment still sits there."""
        return opened_at == self.opened_at and now < opened_at + policy.sitting.length
