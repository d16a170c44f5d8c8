"""How inquiries look over HTTP to those who see to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from booking.domain.alarms import Alarm
from booking.domain.channels import Channel
from booking.domain.ids import AppointmentId, InquiryId
from booking.domain.inquiries import Answered, Inquiry, InquiryOutcome, InquiryStatus, Step


class StepView(BaseModel):
    """Who did it, and when."""

    by: str
    at: datetime

    @classmethod
    def of(cls, step: Step) -> "StepView":
        return cls(by=step.by, at=step.at)


class AnswerView(StepView):
    """What they were told."""

    words: str

    @classmethod
    def told(cls, answer: Answered) -> "AnswerView":
        return cls(by=answer.by, at=answer.at, words=answer.words)


class AlarmView(BaseModel):
    """How the clinic's own staff were told of an urgent inquiry over one channel: how often, when last, since when that
    does not work, and when it is tried next; never again once somebody sees to it.
    """

    channel: Channel
    times: int
    told_at: datetime | None
    failing_since: datetime | None
    attempt_at: datetime | None

    @classmethod
    def of(cls, alarm: Alarm) -> "AlarmView":
        return cls(
            channel=alarm.channel,
            times=alarm.times,
            told_at=alarm.told_at,
            failing_since=alarm.failing_since,
            attempt_at=alarm.attempt_at,
        )


class ClosedInquiryView(BaseModel):
    """`name` is null once it was erased."""

    id: InquiryId
    version: int
    name: str | None
    urgent: bool
    received_at: datetime
    status: InquiryStatus
    outcome: InquiryOutcome | None
    closed: StepView | None

    @classmethod
    def of(cls, inquiry: Inquiry) -> Self:
        return cls(
            id=inquiry.id,
            version=inquiry.version,
            name=inquiry.asked.name if inquiry.asked else None,
            urgent=inquiry.urgent,
            received_at=inquiry.received_at,
            status=inquiry.status,
            outcome=inquiry.outcome,
            closed=StepView.of(inquiry.closing) if inquiry.closing else None,
        )


class DeskInquiryView(BaseModel):
    """`name`, `email`, `phone`, `words` and `answer` are null once it was erased. `appointment_id` is the free call
    that came of it; `reopened` says who opened it again last, `told` how the desk was told of an urgent one.
    """

    id: InquiryId
    version: int
    name: str | None
    email: str | None
    phone: str | None
    words: str | None
    urgent: bool
    received_at: datetime
    status: InquiryStatus
    taken_by: str | None
    answer: AnswerView | None
    outcome: InquiryOutcome | None
    appointment_id: AppointmentId | None
    closed: StepView | None
    reopened: StepView | None
    told: list[AlarmView]

    @classmethod
    def of(cls, inquiry: Inquiry, told: Sequence[Alarm]) -> Self:
        asked = inquiry.asked
        return cls(
            id=inquiry.id,
            version=inquiry.version,
            name=asked.name if asked else None,
            email=asked.email if asked else None,
            phone=asked.phone if asked else None,
            words=asked.words if asked else None,
            urgent=inquiry.urgent,
            received_at=inquiry.received_at,
            status=inquiry.status,
            taken_by=inquiry.taken_by,
            answer=AnswerView.told(inquiry.answer) if inquiry.answer else None,
            outcome=inquiry.outcome,
            appointment_id=inquiry.appointment_id,
            closed=StepView.of(inquiry.closing) if inquiry.closing else None,
            reopened=StepView.of(inquiry.reopening) if inquiry.reopening else None,
            told=[AlarmView.of(each) for each in told],
        )
