"""The team records some of what is asked before a dose; what is alarming stands against every dose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import change_course
from sessions.application.session_changes import SessionChanges
from sessions.domain.checks import Checks
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.stops import stops_in

Stamp = Callable[[StaffId, datetime], Checks]
"""The checks as somebody recorded them at a moment."""


@dataclass(frozen=True, slots=True)
class RecordChecks:
    session_id: SessionId
    recorded: Stamp = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordChecksHandler:
    changes: SessionChanges

    async def __call__(self, command: RecordChecks, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `checks_empty`, `vitals_implausible`, `observed_in_future`, `wrong_state`."""

        async def record(session: Session, tx: Transaction) -> Session:
            return session.checked(command.recorded(StaffId(actor.id), tx.now), now=tx.now)

        async def note_in_course(session: Session, tx: Transaction) -> None:
            if stops := stops_in(session.recorded[-1], session.id):
                await change_course(session.patient_id, lambda course: course.stopped(stops), self.changes.ports, tx)

        return await self.changes.run(
            command.session_id, record, by=actor, action="record_checks", request=request, then=note_in_course
        )
