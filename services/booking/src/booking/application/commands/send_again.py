"""Has a patient told once more what they were told, or should have been: a new message, if it is true still."""

from dataclasses import dataclass

from booking.application.ports import Appointments, Messages, Tells
from booking.application.results import Saved
from booking.domain.ids import MessageId
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class SendAgainHandler:
    """Raises `still_planned`, `not_true_any_more`, and `messages_off` where nothing carries messages."""

    messages: Messages
    appointments: Appointments
    telling: Tells
    work: Work

    async def __call__(self, message_id: MessageId, actor: Actor, request: RequestKey | None) -> Committed[Saved]:
        async def work(tx: Transaction) -> Saved:
            message = await self.messages.get(message_id)
            message.check_settled()
            visit = await self.appointments.get(message.appointment_id, of=message.patient_id)
            if not message.true_of(visit, now=tx.now):
                raise conflict("not_true_any_more", "The visit is not as this message says.")
            again = await self.telling.of(message.reason, visit, tx, again=actor.id)
            if again is None:
                raise conflict("messages_off", "The clinic has neither a mail server nor a gateway for text messages.")
            return Saved(again.id, again.version)

        return await self.work.run(work, by=actor, action="send_again", returns=Saved, request=request)
