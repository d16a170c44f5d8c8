"""Plans what patients are told, with the change that makes it necessary, and keeps whom no message reached.

Invariant: whatever writes a change of a visit plans what its patient is told of it, in the same transaction.
"""

from dataclasses import dataclass

from booking.application.in_use import in_use
from booking.application.ports import Messages, Ports
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutAccount, AboutPlan, AboutQuestions, AboutVisit, ByLink, Reason
from booking.domain.messages import Message, MessageState, notices
from booking.domain.questions import Questions
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class Telling:
    """`on` where there is anything that carries messages; without it nothing is planned."""

    messages: Messages
    on: bool

    async def of_change(self, changed: Appointment, tx: Transaction) -> None:
        """What has just become true of a visit that is still to come."""
        for reason, awaited in notices(changed):
            await self.of(reason, changed, tx, awaited=awaited)

    async def of(
        self, reason: Reason, visit: Appointment, tx: Transaction, *, awaited: bool = False, again: str | None = None
    ) -> Message | None:
        """This, of this visit. None where nobody is told."""
        if not self.on or visit.starts_at <= tx.now:
            return None
        message = Message.planned(MessageId(tx.new_id()), reason, visit, awaited=awaited, again=again, now=tx.now)
        await self.messages.add(message, tx)
        return message

    async def by_link(
        self,
        message_id: MessageId,
        patient_id: PatientId,
        about: ByLink,
        tx: Transaction,
        *,
        again: str | None = None,
    ) -> Message | None:
        """Where the patient finds what is for them; the same message once. None where nobody is told, or it is planned
        already.
        """
        if not self.on or about.until <= tx.now or await self.messages.find(message_id, of=patient_id):
            return None
        message = Message.leading(message_id, patient_id, about, again=again, now=tx.now)
        await self.messages.add(message, tx)
        return message


async def note_outcome(message: Message, tx: Transaction, ports: Ports) -> None:
    """Whom no message reached somebody has to tell: the visit knows that, or the care path of the record in use. What
    is no longer as the message says tells nothing of that. Whom the question whether they asked for a call does not
    reach nobody looks for: it may be anybody's address, and the time is given back.
    """
    if message.reason is Reason.CALL_ASKED_FOR or message.state not in (MessageState.SENT, MessageState.UNDELIVERED):
        return
    reached = message.state is MessageState.SENT
    match message.about:
        case AboutVisit(appointment_id=appointment_id):
            visit = await ports.appointments.get(appointment_id, of=message.patient_id)
            noted = visit.reached() if reached else visit.untold(now=tx.now)
            if message.true_of(visit, now=tx.now) and noted is not visit:
                await ports.appointments.save(noted, expecting=visit.version, tx=tx)
        case AboutQuestions():
            path = await ports.care_paths.find(message.patient_id, of=message.patient_id)
            if path is None or not message.still_leads(path.questions, now=tx.now):
                return
            change = Questions.told if reached else lambda asked: asked.untold(tx.now)
            await _keep(path, path.questioned(change, now=tx.now), tx, ports)
        case AboutAccount():
            path = await _path_in_use(message, ports)
            if path is not None:
                await _keep(path, path.account_told(None if reached else tx.now, now=tx.now), tx, ports)
        case AboutPlan(useful_until=until):
            reached = reached or until <= tx.now
            path = await _path_in_use(message, ports)
            if path is not None:
                await _keep(path, path.plan_told(None if reached else tx.now, now=tx.now), tx, ports)


async def _path_in_use(message: Message, ports: Ports) -> CarePath | None:
    person = await in_use(ports.patients, message.patient_id)
    return None if person is None else await ports.care_paths.get(person.id, of=person.id)


async def _keep(path: CarePath, after: CarePath, tx: Transaction, ports: Ports) -> None:
    if after is not path:
        await ports.care_paths.save(after, expecting=path.version, tx=tx)
