"""The patient is there, or on the line."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CheckIn:
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class CheckInHandler:
    changes: SessionChanges

    async def __call__(self, command: CheckIn, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`."""

        async def check_in(session: Session, tx: Transaction) -> Session:
            return session.arrived(now=tx.now)

        return await self.changes.run(command.session_id, check_in, by=actor, action="check_in", request=request)
