"""How the free call looks over HTTP: to anybody, without a login."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, EmailStr, Field

from booking.application.results import Scheduled
from booking.domain.availability import Opening
from booking.domain.ids import AppointmentId
from booking.domain.inquiries import Asked
from booking.domain.patient_details import PatientDetails
from booking.domain.visits import Modality
from booking.entrypoints.http.patient_schemas import PersonBody, Phone
from booking.entrypoints.http.schemas import Text
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import PROSE, Moment


class FreeTimeView(BaseModel):
    """A free time, as anybody may know it."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, opening: Opening) -> "FreeTimeView":
        return cls(starts_at=opening.interval.start, ends_at=opening.interval.end)


class FreeTimes(BaseModel):
    items: list[FreeTimeView]


class InfoCallBody(PersonBody):
    """Who wants to be called, when, and how."""

    starts_at: Moment
    modality: Modality = Modality.PHONE

    def details(self) -> PatientDetails:
        return PatientDetails(
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            email=self.email,
            phone=self.phone,
            state=self.state,
        )


class ConfirmBody(RequestBody):
    """What stands behind the last `/` of the address that somebody was sent."""

    link: Annotated[str, Field(min_length=1, max_length=128)]


class InquiryBody(RequestBody):
    """Who asks, one contact by which they are answered, and their words."""

    name: Text
    email: Annotated[EmailStr, Field(max_length=254)] | None = None
    phone: Phone | None = None
    words: Annotated[str, Field(min_length=1, max_length=2000), PROSE]

    def asked(self) -> Asked:
        """Raises `email_or_phone`."""
        return Asked(name=self.name, email=self.email, phone=self.phone, words=self.words)


class HelpNowView(BaseModel):
    """Where there is help at once: a text to show before anything else, and two numbers to call."""

    text: str
    lifeline: str = "988"
    emergency: str = "911"


class InquiryView(BaseModel):
    """`help_now` where the words sound like a crisis; it is no diagnosis."""

    help_now: HelpNowView | None


class InfoCallView(BaseModel):
    """What anybody is told after booking the free call; the same whether or not the clinic knows them."""

    appointment_id: AppointmentId
    starts_at: datetime
    ends_at: datetime
    timezone: str
    modality: Modality
    confirm_by: datetime | None
    """Until when the time is kept for whoever confirms it by the link that was sent to them; null once it is booked."""

    @classmethod
    def of(cls, scheduled: Scheduled) -> "InfoCallView":
        return cls(
            appointment_id=scheduled.appointment_id,
            starts_at=scheduled.starts_at,
            ends_at=scheduled.ends_at,
            timezone=scheduled.timezone,
            modality=scheduled.modality,
            confirm_by=scheduled.held_until,
        )
