"""Somebody puts right an observation that was written down wrong; what that shows to be out of limits is said."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.session_changes import SessionChanges
from sessions.domain.corrections import Amendment, WhichReading, vitals_corrected
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CorrectVitals:
    session_id: SessionId
    which: WhichReading
    amendment: Amendment
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectVitalsHandler:
    changes: SessionChanges

    async def __call__(self, command: CorrectVitals, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `corrections.vitals_corrected` refuses."""

        async def correct(session: Session, tx: Transaction) -> Session:
            who = corrector(actor, command.reason, tx)
            return vitals_corrected(session, command.which, command.amendment, who, self.changes.ports.policy)

        return await self.changes.run(command.session_id, correct, by=actor, action="correct_vitals", request=request)
