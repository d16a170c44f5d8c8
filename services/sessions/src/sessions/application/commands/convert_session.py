"""After a refusal the patient stays for a therapy hour on the same appointment."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True)
class ConvertSession:
    session_id: SessionId
    kind: VisitKind
    patient_agreed: bool
    expected_version: int


@dataclass(frozen=True, slots=True)
class ConvertSessionHandler:
    changes: SessionChanges

    async def __call__(self, command: ConvertSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `wrong_state`, `agreement_missing`, `conversion_impossible`."""

        async def convert(session: Session, _: Transaction) -> Session:
            return session.converted(command.kind, patient_agreed=command.patient_agreed)

        return await self.changes.run(
            command.session_id,
            convert,
            by=actor,
            action="convert_session",
            request=request,
            expecting=command.expected_version,
        )
