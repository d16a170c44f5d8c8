"""Therapy that was held, and not as planned, is written down: it waits for its review before it counts or is billed."""

from dataclasses import dataclass, field
from datetime import timedelta

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, side_by_side
from sessions.application.ask_telehealth import ask_telehealth
from sessions.application.courses import course_of, numbered, plan_of
from sessions.application.ports import Ports
from sessions.application.session_changes import SessionChanges
from sessions.domain.as_of import as_of
from sessions.domain.held_otherwise import HeldOtherwise
from sessions.domain.ids import SessionId, StaffId, TherapyId
from sessions.domain.service_lines import TherapyTime
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.therapy_otherwise import held_otherwise


@dataclass(frozen=True, slots=True)
class RecordTherapyOtherwise:
    session_id: SessionId
    time: TherapyTime
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordTherapyOtherwiseHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordTherapyOtherwise, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `held_otherwise` refuses."""
        ports = self.changes.ports

        async def write_down(session: Session, tx: Transaction) -> Session:
            began = command.time.started_at
            plan, course, gate = await side_by_side(
                plan_of(session, ports),
                course_of(session.patient_id, ports),
                ask_telehealth(as_of(session, began), ports, began),
            )
            begins = numbered(session, plan, course) if session.state is SessionState.ARRIVED else session
            return held_otherwise(begins, _mark(command, actor, ports, tx), gate, ports.policy, now=tx.now)

        return await self.changes.run(
            command.session_id,
            write_down,
            by=actor,
            action="record_therapy_otherwise",
            request=request,
            expecting=command.expected_version,
        )


def _mark(command: RecordTherapyOtherwise, actor: Actor, ports: Ports, tx: Transaction) -> HeldOtherwise:
    return HeldOtherwise(
        id=TherapyId(tx.new_id()),
        time=command.time,
        reason=command.reason,
        recorded_by=StaffId(actor.id),
        recorded_at=tx.now,
        review_by=tx.now + timedelta(hours=ports.policy.outside_gate.review_hours.value),
        policy_version=ports.policy.version,
    )
