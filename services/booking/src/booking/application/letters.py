"""What is written to a patient, and what carries it. Neutral words: what the clinic is, nobody learns from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.channels import Channel
from booking.domain.messages import Message, Outcome
from booking.domain.patient_details import PatientDetails


@dataclass(frozen=True, slots=True)
class Invitation:
    """`invited` is the patient's e-mail address, `organizer` the clinic's, `told_at` now."""

    visit: Scheduled
    invited: str
    organizer: str
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`text` is for an e-mail, `short` for a text message; `invitation` is for the patient's calendar."""

    id: str
    subject: str
    text: str
    short: str
    invitation: Invitation | None


class Writer(Protocol):
    def write(self, message: Message, visit: Appointment | None, details: PatientDetails) -> Letter:
        """In the patient's language and zone; without a visit it is about questions."""


class Carrier(Protocol):
    """Hands letters on over one channel. A letter's id is the same however often it is tried."""

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        """`sent`, `not_now` or `refused`."""


Carriers = Mapping[Channel, Carrier]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`addresses` is where the clinic's staff are reached, `inquiries_page` where they see inquiries that wait,
    `records_page` where requests for records.
    """

    carriers: Carriers
    addresses: Mapping[Channel, str] = field(repr=False)
    inquiries_page: str | None
    records_page: str | None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Over which the desk can be reached; with none nobody is told."""
        return tuple(channel for channel in self.addresses if channel in self.carriers)
