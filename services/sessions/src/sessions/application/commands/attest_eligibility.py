"""A prescriber confirms the clearance from the case itself, because this service's view of screening is too old."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.gate import Attestation
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class AttestEligibility:
    session_id: SessionId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttestEligibilityHandler:
    changes: SessionChanges

    async def __call__(self, command: AttestEligibility, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `reason_missing`, `wrong_state`."""

        async def attest(session: Session, tx: Transaction) -> Session:
            return session.attested(Attestation(by=StaffId(actor.id), at=tx.now, reason=command.reason))

        return await self.changes.run(
            command.session_id, attest, by=actor, action="attest_eligibility", request=request
        )
