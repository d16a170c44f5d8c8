"""Vital signs were observed during or after a dose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain import watch
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.vitals import VitalSigns


@dataclass(frozen=True, slots=True)
class RecordVitals:
    session_id: SessionId
    observed: Callable[[StaffId, datetime], VitalSigns] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordVitalsHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordVitals, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `vitals_implausible`, `observed_in_future`, and what
        `watch.observed` refuses.
        """
        policy = self.changes.ports.policy

        async def record(session: Session, tx: Transaction) -> Session:
            return watch.observed(session, command.observed(StaffId(actor.id), tx.now), policy)

        return await self.changes.run(command.session_id, record, by=actor, action="record_vitals", request=request)
