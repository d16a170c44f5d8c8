"""How messages, and what patients say to them, look over HTTP."""

from datetime import datetime

from pydantic import BaseModel

from booking.application.queries.read_messages import Contactable
from booking.domain.channels import Channel
from booking.domain.contact_consents import ChannelConsent, SaidBy
from booking.domain.ids import AppointmentId, MessageId
from booking.domain.message_subjects import AboutAccount, AboutPlan, AboutQuestions, AboutVisit, Reason
from booking.domain.messages import Message, MessageState
from careflow_service.http.dependencies import RequestBody


class MessageView(BaseModel):
    """What a patient was told, of which time of which visit, by when they are asked to answer questions or until when
    a link leads to their account, and what became of it. `given_up` are channels that did not work; `again` is who had
    it sent once more.
    """

    id: MessageId
    version: int
    reason: Reason
    appointment_id: AppointmentId | None
    starts_at: datetime | None
    answer_by: datetime | None
    leads_until: datetime | None = None
    planned_at: datetime
    attempt_at: datetime | None
    state: MessageState
    channel: Channel | None
    given_up: tuple[Channel, ...]
    settled_at: datetime | None
    again: str | None

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        about = message.about
        visit = about if isinstance(about, AboutVisit) else None
        questions = about if isinstance(about, AboutQuestions) else None
        return cls(
            id=message.id,
            version=message.version,
            reason=message.reason,
            appointment_id=visit.appointment_id if visit else None,
            starts_at=visit.starts_at if visit else None,
            answer_by=questions.answer_by if questions else None,
            leads_until=about.until if isinstance(about, AboutAccount | AboutPlan) else None,
            planned_at=message.planned_at,
            attempt_at=message.attempt_at,
            state=message.state,
            channel=message.channel,
            given_up=message.given_up,
            settled_at=message.settled_at,
            again=message.again,
        )


class ContactConsentBody(RequestBody):
    """Whether the clinic may write to the patient over this channel."""

    channel: Channel
    given: bool


class ChannelConsentView(BaseModel):
    """What was said about a channel, by whom, and who recorded it."""

    channel: Channel
    given: bool
    at: datetime
    said_by: SaidBy
    by: str

    @classmethod
    def of(cls, consent: ChannelConsent) -> "ChannelConsentView":
        return cls(channel=consent.channel, given=consent.given, at=consent.at, said_by=consent.said_by, by=consent.by)


class ContactConsentsView(BaseModel):
    """The channels by which the clinic may write to the patient, and what was said, oldest first."""

    allowed: tuple[Channel, ...]
    said: tuple[ChannelConsentView, ...]

    @classmethod
    def of(cls, found: Contactable) -> "ContactConsentsView":
        return cls(allowed=found.allowed, said=tuple(ChannelConsentView.of(each) for each in found.consents.said))
