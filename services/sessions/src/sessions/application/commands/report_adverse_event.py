"""Something harmful happened: from grade 2 on dosing waits for a review, from grade 3 on the session stops."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.follow_up import ask_for_contacts
from sessions.application.harm import follow
from sessions.application.ports import Ports
from sessions.domain.adverse_events import AdverseEvent, Observation
from sessions.domain.follow_up import Cause, ContactKind
from sessions.domain.ids import AdverseEventId, PatientId, SessionId, StaffId


@dataclass(frozen=True, slots=True)
class ReportAdverseEvent:
    patient_id: PatientId
    session_id: SessionId | None
    observation: Observation


@dataclass(frozen=True, slots=True)
class ReportAdverseEventHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReportAdverseEvent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `adverse_event_invalid`, `session_not_found` (also when it is another patient's)."""

        async def report(tx: Transaction) -> Changed:
            event = AdverseEvent.reported(
                AdverseEventId(tx.new_id()),
                command.patient_id,
                command.session_id,
                command.observation,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.adverse_events.add(event, tx)
            await follow(event, StaffId(actor.id), self.ports, tx)
            await ask_for_contacts(
                event.patient_id, Cause(adverse_event_id=event.id), *ContactKind, ports=self.ports, tx=tx
            )
            return Changed(event.id, event.version)

        return await self.work.run(report, by=actor, action="report_adverse_event", returns=Changed, request=request)
