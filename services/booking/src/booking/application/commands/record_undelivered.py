"""A message came back: somebody of the clinic found it in the mailbox, or the provider told them."""

from dataclasses import dataclass

from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.application.telling import note_outcome
from booking.domain.ids import MessageId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordUndelivered:
    message_id: MessageId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordUndeliveredHandler:
    """Raises `not_sent`. The patient has to be told by somebody, if what it said is true still."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: RecordUndelivered, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            message = await self.ports.messages.get(command.message_id)
            check_version(message.version, command.expected_version)
            back = message.came_back(now=tx.now)
            await self.ports.messages.save(back, expecting=message.version, tx=tx)
            await note_outcome(back, tx, self.ports)
            return Changed(back.id, back.version)

        return await self.work.run(work, by=actor, action="record_undelivered", returns=Changed, request=request)
