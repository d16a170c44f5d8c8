"""What a patient was told and over which channels they let the clinic write to them. Who read it is kept. No message's
words are: they follow from the visit.
"""

from dataclasses import dataclass

from booking.application.message_links import message_of
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.channels import Channel
from booking.domain.contact_consents import ContactConsents
from booking.domain.ids import PatientId
from booking.domain.messages import Message
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class Contactable:
    """What was said, and the channels by which the clinic may write as it stands."""

    consents: ContactConsents
    allowed: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class ReadMessages:
    ports: Ports

    async def of_patient(self, patient_id: PatientId, actor: Actor, limit: int, after: str | None) -> Listed[Message]:
        """The newest first. Raises `patient_not_found` for another's."""
        check_own(actor, patient_id, "patient")
        found = await self.ports.messages.of_patient(patient_id, limit, after)
        read = (f"patients/{patient_id}", *(f"messages/{each.id}" for each in found.items))
        await self.ports.audit.read(actor, "read_messages", *read)
        return found

    async def consents_of(self, patient_id: PatientId, actor: Actor) -> Contactable:
        """Raises `patient_not_found`, also for another's."""
        check_own(actor, patient_id, "patient")
        await self.ports.patients.get(patient_id)
        found = await self.ports.consents.find(patient_id, of=patient_id) or ContactConsents(id=patient_id)
        await self.ports.audit.read(actor, "read_contact_consents", f"patients/{patient_id}")
        return Contactable(found, tuple(channel for channel in Channel if found.allows(channel, self.ports.policy)))

    async def by_link(self, link: str) -> Channel:
        """What somebody with this link can end. Raises `message_not_found`."""
        message = await self.ports.messages.get(message_of(link, self.ports.message_links))
        channel = message.stops(self.ports.policy, now=self.ports.clock())
        if channel is None:
            raise not_found("message")
        return channel
