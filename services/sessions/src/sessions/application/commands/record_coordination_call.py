"""An hour at a distance may not be held, for what was found of it: it was a coordination call instead."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.ask_telehealth import ask_telehealth
from sessions.application.session_changes import SessionChanges
from sessions.domain import distance
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.telehealth import CoordinationCall


@dataclass(frozen=True, slots=True)
class RecordCoordinationCall:
    session_id: SessionId
    call: CoordinationCall = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordCoordinationCallHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordCoordinationCall, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found` and what `distance.coordinated` refuses."""

        async def coordinate(session: Session, tx: Transaction) -> Session:
            gate = await ask_telehealth(session, self.changes.ports, tx.now)
            return distance.coordinated(session, command.call, gate, StaffId(actor.id))

        return await self.changes.run(
            command.session_id,
            coordinate,
            by=actor,
            action="record_coordination_call",
            request=request,
            expecting=command.expected_version,
        )
