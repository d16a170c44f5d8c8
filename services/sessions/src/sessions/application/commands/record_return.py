"""Who had left after a dose without being discharged is there again, and is watched as before."""

from dataclasses import dataclass
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.returns import returned
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class RecordReturn:
    """`back_at` is when they came back, where that is written down afterwards."""

    session_id: SessionId
    expected_version: int
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordReturnHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordReturn, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `returned` refuses."""
        policy = self.changes.ports.policy

        async def take_back(session: Session, tx: Transaction) -> Session:
            return returned(session, StaffId(actor.id), policy, now=tx.now, said=command.back_at)

        return await self.changes.run(
            command.session_id,
            take_back,
            by=actor,
            action="record_return",
            request=request,
            expecting=command.expected_version,
        )
