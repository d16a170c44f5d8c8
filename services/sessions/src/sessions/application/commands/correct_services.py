"""The rendering clinician corrects what a session was billed by."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain import endings
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.service_lines import ServiceLine
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CorrectServices:
    """`lines` are all the services the caller rendered, as they are to be billed."""

    session_id: SessionId
    lines: tuple[ServiceLine, ...] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class CorrectServicesHandler:
    changes: SessionChanges

    async def __call__(self, command: CorrectServices, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `not_rendering_provider`, `times_invalid`,
        `minutes_above_time`, `minutes_counted_twice`.
        """
        by = StaffId(actor.id)

        async def correct(session: Session, tx: Transaction) -> Session:
            return endings.services_corrected(session, command.lines, by, now=tx.now)

        return await self.changes.run(
            command.session_id,
            correct,
            by=actor,
            action="correct_services",
            request=request,
            expecting=command.expected_version,
        )
