"""Somebody of the team says, with their own login, that they are in a session, or no longer."""

from dataclasses import dataclass

from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.words import ProviderRole


@dataclass(frozen=True, slots=True)
class JoinSession:
    session_id: SessionId
    role: ProviderRole


@dataclass(frozen=True, slots=True)
class LeaveSession:
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class JoinSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: JoinSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `role_not_held`, and what `Session.joined` refuses."""
        if not actor.has(Role(command.role.value)):
            raise forbidden("role_not_held", "Nobody is in a session in a role their login does not hold.")

        async def join(session: Session, tx: Transaction) -> Session:
            return session.joined(StaffId(actor.id), command.role, now=tx.now)

        return await self.changes.run(command.session_id, join, by=actor, action="join_session", request=request)


@dataclass(frozen=True, slots=True)
class LeaveSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: LeaveSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`."""

        async def leave(session: Session, tx: Transaction) -> Session:
            return session.left_by(StaffId(actor.id), now=tx.now)

        return await self.changes.run(command.session_id, leave, by=actor, action="leave_session", request=request)
