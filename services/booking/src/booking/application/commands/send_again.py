"""Has a patient told once more what they were told, or should have been: a new message, if it is true still."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.domain.ids import MessageId
from booking.domain.message_subjects import AboutAccount, AboutPlan, AboutQuestions, AboutVisit
from booking.domain.messages import Message
from careflow_domain.errors import DomainError, conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class SendAgainHandler:
    """Raises `still_planned`, `not_true_any_more`, and `messages_off` where nothing carries messages."""

    ports: Ports
    work: Work

    async def __call__(self, message_id: MessageId, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            message = await self.ports.messages.get(message_id)
            message.check_settled()
            again = await self._again(message, actor.id, tx)
            if again is None:
                raise conflict("messages_off", "The clinic has neither a mail server nor a gateway for text messages.")
            return Changed(again.id, again.version)

        return await self.work.run(work, by=actor, action="send_again", returns=Changed, request=request)

    async def _again(self, message: Message, by: str, tx: Transaction) -> Message | None:
        match message.about:
            case AboutVisit(appointment_id=appointment_id):
                visit = await self.ports.appointments.get(appointment_id, of=message.patient_id)
                if not message.true_of(visit, now=tx.now):
                    raise _not_true_any_more()
                return await self.ports.telling.of(message.reason, visit, tx, again=by)
            case AboutQuestions() | AboutAccount() | AboutPlan() as about:
                path = await self.ports.care_paths.find(message.patient_id, of=message.patient_id)
                if path is None or not message.still_leads(path.questions, now=tx.now):
                    raise _not_true_any_more()
                message_id = MessageId(tx.new_id())
                return await self.ports.telling.by_link(message_id, message.patient_id, about, tx, again=by)


def _not_true_any_more() -> DomainError:
    return conflict("not_true_any_more", "The visit is not as this message says, or nothing is asked any more.")
