"""What somebody who is no patient yet asks the clinic: open -> taken -> answered -> closed,
and open again if that was a mistake.

Invariants: one that is urgent is closed only once somebody has answered; erased, it keeps ids, codes and times alone.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.domain.ids import AppointmentId, InquiryId, PatientId
from booking.domain.policy import BookingPolicy
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import DomainError, conflict, invalid


class InquiryStatus(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"


class InquiryOutcome(StrEnum):
    """What came of it."""

    ANSWERED = "answered"
    """What they asked is answered."""
    INFO_CALL = "info_call"
    """The free call is booked for them."""
    NOT_REACHED = "not_reached"
    """Nobody was reached by the contact they gave."""
    NOT_SERVED = "not_served"
    """The clinic cannot be of help; they were told who may."""
    NO_INQUIRY = "no_inquiry"
    """Advertising, or sent by mistake."""


BY_STAFF: Final = tuple(each for each in InquiryOutcome if each is not InquiryOutcome.INFO_CALL)
"""What somebody may close one with; the call closes it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """By whom, how they are reached, in their words. Raises `email_or_phone`."""

    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    words: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.email is None and self.phone is None:
            raise invalid("email_or_phone", "An e-mail address or a phone number is needed to answer.")

    @property
    def contacts(self) -> tuple[str, ...]:
        return tuple(each for each in (self.email, self.phone) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What they were told, by whom and when; the newest word counts."""

    words: str = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who did something about it, by the id of their login, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry(Aggregate):
    """`patient_id` is under which they are registered if they become a patient. `asked` and `answer` are gone once it
    was erased. `closing` is who closed it, `reopening` who opened it again last.
    """

    id: InquiryId
    patient_id: PatientId
    asked: Asked | None
    urgent: bool
    received_at: datetime
    status: InquiryStatus = InquiryStatus.OPEN
    taken_by: str | None = None
    answer: Answered | None = None
    outcome: InquiryOutcome | None = None
    appointment_id: AppointmentId | None = None
    closing: Step | None = None
    reopening: Step | None = None

    @classmethod
    def received(
        cls, inquiry_id: InquiryId, patient_id: PatientId, asked: Asked, *, urgent: bool, now: datetime
    ) -> "Inquiry":
        inquiry = cls(id=inquiry_id, patient_id=patient_id, asked=asked, urgent=urgent, received_at=now)
        return inquiry.saying(InquiryReceived(inquiry_id=inquiry_id, patient_id=patient_id, at=now))

    @property
    def is_open(self) -> bool:
        return self.status is not InquiryStatus.CLOSED

    def taken(self, *, by: str) -> "Inquiry":
        """Somebody sees to it. Raises `inquiry_taken` and `inquiry_closed`."""
        self._check_open()
        if self.status is not InquiryStatus.OPEN:
            raise conflict("inquiry_taken", "Somebody sees to this inquiry already.")
        return replace(self.recording(), status=InquiryStatus.TAKEN, taken_by=by)

    def answered(self, words: str, *, by: str, now: datetime) -> "Inquiry":
        """Whoever answers sees to it. Raises `inquiry_closed`."""
        self._check_open()
        answer = Answered(words=words, by=by, at=now)
        return replace(self.recording(), status=InquiryStatus.ANSWERED, taken_by=self.taken_by or by, answer=answer)

    def closed(self, outcome: InquiryOutcome, *, by: str, now: datetime) -> "Inquiry":
        """Raises `inquiry_closed`, `urgent_unanswered` for one that is urgent and was not answered, and
        `outcome_of_the_call`.
        """
        if outcome not in BY_STAFF:
            raise invalid("outcome_of_the_call", "It is closed so by the free call, once that is booked.")
        return self._ended(outcome, by, now)

    def _ended(self, outcome: InquiryOutcome, by: str, now: datetime) -> "Inquiry":
        self.check_endable()
        said = InquiryClosed(inquiry_id=self.id, patient_id=self.patient_id, outcome=outcome, at=now)
        closing = Step(by=by, at=now)
        return replace(self.recording(said), status=InquiryStatus.CLOSED, outcome=outcome, closing=closing)

    def became_call(self, appointment_id: AppointmentId, *, by: str, now: datetime) -> "Inquiry":
        """The free call was booked for them. Raises as `check_endable`."""
        return replace(self._ended(InquiryOutcome.INFO_CALL, by, now), appointment_id=appointment_id)

    def reopens(self, policy: BookingPolicy, *, now: datetime) -> bool:
        """Whether it can be opened again."""
        return self._cannot_reopen(policy, now) is None

    def reopened(self, policy: BookingPolicy, *, by: str, now: datetime) -> "Inquiry":
        """It was closed by mistake, and stands as it did before. Raises `inquiry_not_closed`, `inquiry_erased`,
        `inquiry_became_call`, and `too_late_to_reopen` once the policy's time is over.
        """
        if refusal := self._cannot_reopen(policy, now):
            raise refusal
        before = InquiryStatus.TAKEN if self.taken_by else InquiryStatus.OPEN
        return replace(
            self.recording(InquiryReopened(inquiry_id=self.id, patient_id=self.patient_id, at=now)),
            status=InquiryStatus.ANSWERED if self.answer else before,
            outcome=None,
            closing=None,
            reopening=Step(by=by, at=now),
        )

    def _cannot_reopen(self, policy: BookingPolicy, now: datetime) -> DomainError | None:
        if self.closing is None:
            return conflict("inquiry_not_closed", "It is not closed.")
        if self.asked is None:
            return conflict("inquiry_erased", "Nothing of the person is left.")
        if self.outcome is InquiryOutcome.INFO_CALL:
            return conflict("inquiry_became_call", "The free call is booked for them: it goes on with that.")
        if now >= self.closing.at + policy.inquiry_reopens_for:
            return conflict("too_late_to_reopen", "It was closed too long ago.")
        return None

    def erased(self) -> "Inquiry":
        """Nothing of the person is left. Raises `inquiry_open`, or `inquiry_erased` the second time."""
        if self.is_open:
            raise conflict("inquiry_open", "It is closed before it is erased.")
        if self.asked is None:
            raise conflict("inquiry_erased", "It was erased already.")
        return replace(self.recording(), asked=None, answer=None)

    def check_endable(self) -> None:
        """Raises `inquiry_closed`, and `urgent_unanswered` for one that is urgent and was not answered."""
        self._check_open()
        if self.urgent and self.answer is None:
            raise conflict("urgent_unanswered", "It sounds urgent: somebody answers before it is closed.")

    def _check_open(self) -> None:
        if not self.is_open:
            raise conflict("inquiry_closed", "This inquiry is closed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryReceived(Fact):
    inquiry_id: InquiryId
    patient_id: PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryClosed(Fact):
    inquiry_id: InquiryId
    patient_id: PatientId
    outcome: InquiryOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryReopened(Fact):
    inquiry_id: InquiryId
    patient_id: PatientId
