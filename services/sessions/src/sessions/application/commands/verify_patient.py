"""Who and where the patient of an hour at a distance is now: before it begins, and again whenever they have moved."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain import distance
from sessions.domain.checks import Recorded
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.telehealth import Verification


@dataclass(frozen=True, slots=True)
class VerifyPatient:
    session_id: SessionId
    found: Verification = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifyPatientHandler:
    changes: SessionChanges

    async def __call__(self, command: VerifyPatient, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `not_at_a_distance`, `wrong_state`."""

        async def verify(session: Session, tx: Transaction) -> Session:
            return distance.verified(session, Recorded(value=command.found, by=StaffId(actor.id), at=tx.now))

        return await self.changes.run(command.session_id, verify, by=actor, action="verify_patient", request=request)
