"""No more messages over a channel, at the wish of whoever has the link in one."""

from dataclasses import dataclass

from booking.application.in_use import in_use
from booking.application.message_links import message_of
from booking.application.ports import Ports
from booking.domain.contact_consents import ChannelConsent, ContactConsents, SaidBy
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class StopMessagesHandler:
    """Raises `message_not_found` for a link that is unknown, was used, or is too old: nobody is told which."""

    ports: Ports
    work: Work

    async def __call__(self, link: str, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        message_id = message_of(link, self.ports.message_links)

        async def work(tx: Transaction) -> Changed:
            message = await self.ports.messages.get(message_id)
            channel = message.stops(self.ports.policy, now=tx.now)
            person = await in_use(self.ports.patients, message.patient_id)
            if channel is None or person is None:
                raise not_found("message")
            owner = person.id
            before = await self.ports.consents.find(owner, of=owner)
            consent = ChannelConsent(channel=channel, given=False, at=tx.now, said_by=SaidBy.LINK, by=message.id)
            after = (before or ContactConsents(id=owner)).saying_so(consent)
            await upsert(self.ports.consents, before, after, tx)
            await self.ports.messages.save(message.stopped(), expecting=message.version, tx=tx)
            return Changed(message.id, message.version + 1)

        return await self.work.run(work, by=actor, action="stop_messages", returns=Changed, request=request)
