"""How a therapy hour takes place is said by somebody there, once, or put right; its therapy is billed as that."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.rendered_services import with_place_billed
from sessions.application.session_changes import SessionChanges
from sessions.domain.how_held import held_said
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.domain.words import Modality


@dataclass(frozen=True, slots=True)
class SayHowHeld:
    """`reason` is empty where nobody had said it before."""

    session_id: SessionId
    modality: Modality
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SayHowHeldHandler:
    changes: SessionChanges

    async def __call__(self, command: SayHowHeld, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `held_said` refuses."""
        ports = self.changes.ports

        async def say(session: Session, tx: Transaction) -> Session:
            who = corrector(actor, command.reason, tx)
            said = held_said(session, command.modality, who, ports.policy)
            return with_place_billed(session, said, ports, now=tx.now)

        return await self.changes.run(
            command.session_id,
            say,
            by=actor,
            action="say_how_held",
            request=request,
            expecting=command.expected_version,
        )
