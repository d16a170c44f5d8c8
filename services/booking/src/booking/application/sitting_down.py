"""Patients come in to their own pages by the link in a message."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from booking.application.in_use import in_use
from booking.application.ports import Messages, Patients
from booking.domain.ids import MessageId
from booking.domain.policy import BookingPolicy
from careflow_domain.ways_in import WayIn


def ways_in(messages: Messages, patients: Patients, policy: BookingPolicy) -> Callable[[str], Awaitable[WayIn | None]]:
    """See `careflow_service.pages.links.SittingDown.find`. Of merged records people come in to the one in use."""

    async def find(message_id: str) -> WayIn | None:
        message = await messages.find(MessageId(message_id), of=None)
        if message is None:
            return None
        person = await in_use(patients, message.patient_id)
        return replace(message.way_in(policy), patient_id=person.id)

    return find
