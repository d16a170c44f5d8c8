"""Somebody puts right when a patient left; whom that shows to have been let go too early is looked for."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.follow_up import ask_for_contacts
from sessions.application.leaving import given_beside, leaving_of
from sessions.application.session_changes import SessionChanges
from sessions.domain.endings import PatientLeftEarly
from sessions.domain.follow_up import Cause, ContactKind
from sessions.domain.ids import SessionId
from sessions.domain.left_corrections import left_corrected, left_otherwise
from sessions.domain.presence import was_there
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CorrectLeaving:
    """`left_at` is when the patient left, who was written down as having left at another time."""

    session_id: SessionId
    left_at: datetime
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class CorrectLeavingHandler:
    changes: SessionChanges

    async def __call__(self, command: CorrectLeaving, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `left_otherwise` refuses."""
        ports = self.changes.ports

        async def correct(session: Session, tx: Transaction) -> Session:
            who, given = corrector(actor, command.reason, tx), await given_beside(session, ports)
            left = left_otherwise(session, command.left_at, given, who, ports.policy)
            went, leaving = session.discharge, None
            if went is not None:
                then = leaving_of(session, went.score, ports.policy, risk_stands=False, left=left, now=went.at)
                leaving = replace(then, let_go_by_there=was_there(session.team, went.by, left))
            return left_corrected(session, left, leaving, who, ports.policy)

        async def call_who_was_let_go(session: Session, tx: Transaction) -> None:
            """Of somebody who left early the calls were asked for when that was written down."""
            said = any(isinstance(each, PatientLeftEarly) for each in session.facts)
            if session.discharge is not None and said:
                cause, since = Cause(session_id=session.id), session.left_at
                await ask_for_contacts(session.patient_id, cause, ContactKind.NEXT_DAY, ports=ports, tx=tx, since=since)

        return await self.changes.run(
            command.session_id,
            correct,
            by=actor,
            action="correct_leaving",
            request=request,
            expecting=command.expected_version,
            then=call_who_was_let_go,
        )
