"""Somebody of the team finds everything in order; what is not, a prescriber signs for, item by item."""

from dataclasses import dataclass, field

from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.ask_gate import ask_gate
from sessions.application.courses import change_course
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.weights import BelievedWeight


@dataclass(frozen=True, slots=True)
class ClearSession:
    """`overrides` are pairs of item and reason."""

    session_id: SessionId
    overrides: tuple[tuple[str, str], ...] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class ClearSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: ClearSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `dose_gate_closed` with every failed item, `override_needs_prescriber`, and
        what `Gate.override` refuses.
        """
        if command.overrides and not actor.has(Role.PRESCRIBER):
            raise forbidden("override_needs_prescriber", "Only a prescriber overrides an item of the gate.")

        async def clear(session: Session, tx: Transaction) -> Session:
            asked = await ask_gate(session, self.changes.ports, tx.now)
            return session.cleared(asked.gate, asked.gate.override(command.overrides, StaffId(actor.id)))

        async def note_weight(session: Session, tx: Transaction) -> None:
            if (measured := session.checks.weight) is not None:
                weight = BelievedWeight(session_id=session.id, kilograms=measured.value.kilograms)
                await change_course(session.patient_id, lambda course: course.weighed(weight), self.changes.ports, tx)

        return await self.changes.run(
            command.session_id,
            clear,
            by=actor,
            action="clear_session",
            request=request,
            expecting=command.expected_version,
            then=note_weight,
        )
