"""The infusion has run in, or was stopped."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction
from sessions.application.results import Changed
from sessions.application.session_changes import SessionChanges
from sessions.domain.dosing import dose_ended
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class EndDose:
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class EndDoseHandler:
    changes: SessionChanges

    async def __call__(self, command: EndDose, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `no_dose_running`, `wrong_state`."""

        async def end(session: Session, tx: Transaction) -> Session:
            return dose_ended(session, now=tx.now)

        return await self.changes.run(command.session_id, end, by=actor, action="end_dose", request=request)
