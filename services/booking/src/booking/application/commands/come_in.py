"""Somebody with the link in a message says whose it is. A wrong try is kept, so it is no refusal here."""

from dataclasses import dataclass, field
from datetime import date

from booking.application.in_use import in_use
from booking.application.ports import Ports
from booking.domain.ids import MessageId
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.pages.links import CameIn
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ComeIn:
    message_id: MessageId
    born_on: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class ComeInHandler:
    """Raises `message_not_found`."""

    ports: Ports
    work: Work

    async def __call__(self, command: ComeIn, actor: Actor) -> Committed[CameIn]:
        async def work(tx: Transaction) -> CameIn:
            message = await self.ports.messages.get(command.message_id)
            person = await in_use(self.ports.patients, message.patient_id)
            if person is None:
                raise not_found("message")
            tried = message.tried(command.born_on, person.details, self.ports.policy, now=tx.now)
            if tried is message:
                return CameIn(message.id, None)
            await self.ports.messages.save(tried, expecting=message.version, tx=tx)
            return CameIn.by(message.id, tried.tries)

        return await self.work.run(work, by=actor, action="come_in", returns=CameIn)
