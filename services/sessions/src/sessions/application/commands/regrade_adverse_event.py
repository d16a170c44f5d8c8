"""A clinician grades an adverse event anew; every grade it ever had stays, and the worst counts."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.harm import follow
from sessions.application.ports import Ports
from sessions.domain.adverse_events import Grading
from sessions.domain.ids import AdverseEventId, StaffId


@dataclass(frozen=True, slots=True)
class RegradeAdverseEvent:
    event_id: AdverseEventId
    grade: int
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RegradeAdverseEventHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RegradeAdverseEvent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `adverse_event_not_found`, and what `AdverseEvent.regraded` refuses."""
        by, prescriber = StaffId(actor.id), actor.has(Role.PRESCRIBER)

        async def regrade(tx: Transaction) -> Changed:
            before = await self.ports.adverse_events.get(command.event_id)
            grading = Grading(grade=command.grade, reason=command.reason, by=by, at=tx.now)
            event = before.regraded(grading, prescriber=prescriber)
            await self.ports.adverse_events.save(event, expecting=command.expected_version, tx=tx)
            await follow(event, by, self.ports, tx)
            return Changed(event.id, event.version)

        return await self.work.run(regrade, by=actor, action="regrade_adverse_event", returns=Changed, request=request)
