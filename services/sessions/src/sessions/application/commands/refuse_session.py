"""No dose today: every item that is not in order is named."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.ask_gate import ask_gate
from sessions.application.session_changes import SessionChanges
from sessions.domain.gate import Refusal
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class RefuseSession:
    session_id: SessionId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RefuseSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: RefuseSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `nothing_failed`, `not_a_dosing_session`."""

        async def refuse(session: Session, tx: Transaction) -> Session:
            asked = await ask_gate(session, self.changes.ports, tx.now)
            return session.refused(Refusal.of(asked.gate, StaffId(actor.id), overrides=session.overrides))

        return await self.changes.run(
            command.session_id,
            refuse,
            by=actor,
            action="refuse_session",
            request=request,
            expecting=command.expected_version,
        )
