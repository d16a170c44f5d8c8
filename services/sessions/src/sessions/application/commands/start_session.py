"""A session begins. For a dose the gate is looked at again: much may have changed since it was cleared. An hour at a
distance begins with a patient who was located now.
"""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, side_by_side
from sessions.application.ask_gate import ask_gate
from sessions.application.ask_telehealth import ask_telehealth
from sessions.application.courses import course_of, numbered, plan_of
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True)
class StartSession:
    session_id: SessionId
    expected_version: int


@dataclass(frozen=True, slots=True)
class StartSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: StartSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `dose_gate_closed`, `telehealth_not_ready`."""
        ports = self.changes.ports

        async def start(session: Session, tx: Transaction) -> Session:
            if session.kind is VisitKind.DOSING:
                asked = await ask_gate(session, ports, tx.now)
                return numbered(session, asked.plan, asked.course).started(asked.gate, now=tx.now)
            plan, course, gate = await side_by_side(
                plan_of(session, ports), course_of(session.patient_id, ports), ask_telehealth(session, ports, tx.now)
            )
            begun = numbered(session, plan, course).started(gate, now=tx.now)
            return begun.with_therapist(StaffId(actor.id), now=tx.now) if actor.has(Role.THERAPIST) else begun

        return await self.changes.run(
            command.session_id,
            start,
            by=actor,
            action="start_session",
            request=request,
            expecting=command.expected_version,
        )
