"""Plans what patients are told, with the change that makes it necessary.

Invariant: whatever writes a change of a visit plans what its patient is told of it, in the same transaction.
"""

from dataclasses import dataclass

from booking.application.ports import Appointments, Messages
from booking.domain.appointments import Appointment
from booking.domain.ids import MessageId
from booking.domain.messages import Message, MessageState, Reason, notices
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


async def note_on_visit(message: Message, appointments: Appointments, tx: Transaction) -> None:
    """The visit knows whether somebody has to tell its patient; what it no longer says tells nothing of that."""
    visit = await appointments.get(message.appointment_id, of=message.patient_id)
    if not message.true_of(visit, now=tx.now):
        return
    match message.state:
        case MessageState.SENT:
            noted = visit.reached()
        case MessageState.UNDELIVERED:
            noted = visit.untold(now=tx.now)
        case _:
            return
    if noted is not visit:
        await appointments.save(noted, expecting=visit.version, tx=tx)
