"""One attempt at a message: whether it is true still, over which channel, whether it is night, what became of it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.application.in_use import in_use
from booking.application.naming import caller_of
from booking.application.ports import Ports
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.channels import WRITTEN, Channel
from booking.domain.contact_consents import ContactConsents
from booking.domain.message_subjects import ORDER, AboutVisit, Reason
from booking.domain.messages import Attempt, Message, Outcome
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient


@dataclass(frozen=True, slots=True)
class Messenger:
    """Reads what is true now, outside of any transaction; what it did is recorded by who calls it."""

    ports: Ports

    async def attempt(self, message: Message) -> Attempt:
        """Hands the message on, or says why not."""
        now = self.ports.clock()
        visit = await self._visit_of(message)
        person = await self._reader_of(message, visit)
        if person is None:  # nobody writes to whom they have erased
            return Attempt(outcome=Outcome.UNTRUE)
        details = person.details
        path = await self.ports.care_paths.find(person.id, of=person.id) or CarePath(id=person.id)
        if not (message.true_of(visit, now=now) if visit else message.still_leads(path.questions, now=now)):
            return Attempt(outcome=Outcome.UNTRUE)
        if visit is not None and path.has_ended_for(visit.kind):
            return Attempt(outcome=message.when_care_has_ended)
        if message.reason in (Reason.ACCOUNT_NEWS, Reason.PLAN_TASKS) and path.run.leaves_unreached:
            return Attempt(outcome=Outcome.NO_CHANNEL)
        channel = await self._channel(message, person)
        if channel is None:
            unwanted = message.dispensable and not message.given_up
            return Attempt(outcome=Outcome.UNWANTED if unwanted else Outcome.NO_CHANNEL)
        if (late := self._late(message, details, now)) is not None:
            return late
        letter = self.ports.letters.write(message, visit, details)
        outcome = await self.ports.carriers[channel].carry(letter, to=_address(details, channel))
        return Attempt(outcome=outcome, channel=channel)

    async def _reader_of(self, message: Message, visit: Appointment | None) -> Patient | None:
        return (visit and caller_of(visit)) or await in_use(self.ports.patients, message.patient_id)

    async def _visit_of(self, message: Message) -> Appointment | None:
        if not isinstance(message.about, AboutVisit):
            return None
        return await self.ports.appointments.get(message.about.appointment_id, of=message.patient_id)

    async def _channel(self, message: Message, person: Patient) -> Channel | None:
        """The first that the patient wants and allows, that there is, and that has not failed."""
        consents = await self.ports.consents.find(person.id, of=person.id) or ContactConsents(id=person.id)
        wanted = person.details.channels or WRITTEN
        open_to = (
            channel
            for channel in ORDER[message.reason]
            if channel in wanted
            and channel in self.ports.carriers
            and channel not in message.given_up
            and consents.allows(channel, self.ports.policy)
        )
        return next(open_to, None)

    def _late(self, message: Message, details: PatientDetails, now: datetime) -> Attempt | None:
        """At night what can wait waits; what would come too late in the morning is for somebody to call about."""
        morning = self.ports.policy.asking_from(now, ZoneInfo(details.timezone))
        if message.answers or morning <= now:
            return None
        if morning < message.about.until:
            return Attempt(outcome=Outcome.QUIET, until=morning)
        near = message.reason is Reason.VISIT_NEAR
        return Attempt(outcome=Outcome.UNTRUE if near else Outcome.NO_CHANNEL)


def _address(details: PatientDetails, channel: Channel) -> str:
    return details.email if channel is Channel.EMAIL else details.phone
