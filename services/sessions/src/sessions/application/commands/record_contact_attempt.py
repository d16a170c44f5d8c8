"""Somebody of the team tried to speak with a patient after harm."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.follow_up import Attempt
from sessions.domain.ids import ContactId, StaffId


@dataclass(frozen=True, slots=True)
class RecordContactAttempt:
    contact_id: ContactId
    reached: bool
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordContactAttemptHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordContactAttempt, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `follow_up_contact_not_found`, and what `FollowUpContact.attempted` refuses."""

        async def record(tx: Transaction) -> Changed:
            before = await self.ports.contacts.get(command.contact_id)
            attempt = Attempt(reached=command.reached, note=command.note, by=StaffId(actor.id), at=tx.now)
            contact = before.attempted(attempt)
            await self.ports.contacts.save(contact, expecting=before.version, tx=tx)
            return Changed(contact.id, contact.version)

        return await self.work.run(record, by=actor, action="record_contact_attempt", returns=Changed, request=request)
