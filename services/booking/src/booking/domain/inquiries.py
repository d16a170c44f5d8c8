"""What somebody who is no patient yet asks the clinic: open -> taken -> answered -> closed.

Invariants: one that is urgent is closed only once somebody has answered; erased, it keeps ids, codes and times alone.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.domain.ids import AppointmentId, InquiryId, PatientId
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid


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
class Inquiry(Aggregate):
    """`patient_id` is under which they are registered if they become a patient. `asked` and `answer` are gone once it
    was erased.
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

    def closed(self, outcome: InquiryOutcome, *, now: datetime) -> "Inquiry":
        """Raises `inquiry_closed`, `urgent_unanswered` for one that is urgent and was not answered, and
        `outcome_of_the_call`.
        """
        if outcome not in BY_STAFF:
            raise invalid("outcome_of_the_call", "It is closed so by the free call, once that is booked.")
        return self._ended(outcome, now)

    def _ended(self, outcome: InquiryOutcome, now: datetime) -> "Inquiry":
        self.check_endable()
        said = InquiryClosed(inquiry_id=self.id, patient_id=self.patient_id, outcome=outcome, at=now)
        return replace(self.recording(said), status=InquiryStatus.CLOSED, outcome=outcome)

    def became_call(self, appointment_id: AppointmentId, *, now: datetime) -> "Inquiry":
        """The free call was booked for them. Raises as `check_endable`."""
        return replace(self._ended(InquiryOutcome.INFO_CALL, now), appointment_id=appointment_id)

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
