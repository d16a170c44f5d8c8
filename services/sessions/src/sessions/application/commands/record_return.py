"""Who had left after a dose without being discharged is there again, and is watched as before."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.returns import returned
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class RecordReturn:
    session_id: SessionId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordReturnHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordReturn, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `patient_not_away`, `returned_on_another_day`."""
        policy = self.changes.ports.policy

        async def take_back(session: Session, tx: Transaction) -> Session:
            return returned(session, StaffId(actor.id), policy, now=tx.now)

        return await self.changes.run(
            command.session_id,
            take_back,
            by=actor,
            action="record_return",
            request=request,
            expecting=command.expected_version,
        )
