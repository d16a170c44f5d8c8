"""A session was stopped after it had started, or the patient left; only what was rendered is billed."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.follow_up import ask_for_contacts
from sessions.application.leaving import who_left
from sessions.application.rendered_services import rendered_services
from sessions.application.session_changes import SessionChanges
from sessions.domain import endings
from sessions.domain.follow_up import Cause, ContactKind
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome


@dataclass(frozen=True, slots=True)
class AbortSession:
    """`left_at` is when the patient left, None where that is now."""

    session_id: SessionId
    patient_left: bool
    reason: str = field(repr=False)
    expected_version: int
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AbortSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: AbortSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `reason_missing`, `left_at_of_nobody`, and what
        `left_late.left_then` refuses.
        """
        if command.left_at is not None and not command.patient_left:
            raise invalid("left_at_of_nobody", "When the patient left is said of one who left.")
        outcome = Outcome.LEFT_EARLY if command.patient_left else Outcome.STOPPED

        async def abort(session: Session, tx: Transaction) -> Session:
            ports = self.changes.ports
            services = rendered_services(session, (), StaffId(actor.id), ports, now=tx.now)
            left, overdue = await who_left(session, command.left_at, ports, now=tx.now)
            return endings.aborted(
                session, outcome, command.reason, services, now=tx.now, left_at=left, overdue=overdue
            )

        async def call_who_left(session: Session, tx: Transaction) -> None:
            if session.outcome is Outcome.LEFT_EARLY and session.monitoring is not None:
                cause = Cause(session_id=session.id)
                await ask_for_contacts(
                    session.patient_id,
                    cause,
                    ContactKind.NEXT_DAY,
                    ports=self.changes.ports,
                    tx=tx,
                    since=session.left_early_at,
                )

        return await self.changes.run(
            command.session_id,
            abort,
            by=actor,
            action="abort_session",
            request=request,
            expecting=command.expected_version,
            then=call_who_left,
        )
