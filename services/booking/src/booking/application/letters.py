"""What is written to a patient, and what carries it. Neutral words: what the clinic is, nobody learns from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from booking.application.queries.read_invitation import Invitation
from booking.domain.appointments import Appointment
from booking.domain.channels import Channel
from booking.domain.messages import Message, Outcome
from booking.domain.patient_details import PatientDetails


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
