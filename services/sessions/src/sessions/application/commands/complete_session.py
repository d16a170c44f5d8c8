"""A session took place: its services are computed from documented times. The course has one more visit only where a
therapist held as much therapy as counts.
"""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import note_hour
from sessions.application.rendered_services import rendered_services
from sessions.application.session_changes import SessionChanges
from sessions.domain import endings
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.service_lines import TherapyTime
from sessions.domain.sessions import Session
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True)
class CompleteSession:
    """`therapy` are the documented times of psychotherapy, in a dosing session while the patient could take part."""

    session_id: SessionId
    therapy: tuple[TherapyTime, ...]
    expected_version: int


@dataclass(frozen=True, slots=True)
class CompleteSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: CompleteSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `times_invalid`, and what `rendered_services` refuses."""
        ports = self.changes.ports

        async def complete(session: Session, tx: Transaction) -> Session:
            services = rendered_services(session, command.therapy, StaffId(actor.id), ports, now=tx.now)
            return endings.completed(session, services, now=tx.now)

        async def note_in_course(session: Session, tx: Transaction) -> None:
            held = sum(time.minutes for time in command.therapy)
            if session.kind is not VisitKind.DOSING and held >= ports.policy.integration.therapy_minutes.value:
                assert session.started_at is not None
                await note_hour(session, session.started_at, ports, tx)

        return await self.changes.run(
            command.session_id,
            complete,
            by=actor,
            action="complete_session",
            request=request,
            expecting=command.expected_version,
            then=note_in_course,
        )
