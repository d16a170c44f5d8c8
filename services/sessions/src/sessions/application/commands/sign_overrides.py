"""A prescriber signs for items of the gate that are not in order, before clearing or between two doses."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.ask_gate import ask_gate
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class SignOverrides:
    """`overrides` are pairs of item and reason."""

    session_id: SessionId
    overrides: tuple[tuple[str, str], ...] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SignOverridesHandler:
    changes: SessionChanges

    async def __call__(self, command: SignOverrides, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, and what `Gate.override` refuses."""

        async def sign(session: Session, tx: Transaction) -> Session:
            asked = await ask_gate(session, self.changes.ports, tx.now)
            return session.overridden(asked.gate.override(command.overrides, StaffId(actor.id)))

        return await self.changes.run(
            command.session_id,
            sign,
            by=actor,
            action="sign_overrides",
            request=request,
            expecting=command.expected_version,
        )
