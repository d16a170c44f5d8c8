"""Something harmful happened: from grade 2 on dosing waits for a review, from grade 3 on the session stops."""

import asyncio
from dataclasses import dataclass

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.application.rendered_services import rendered_services
from sessions.application.results import Changed
from sessions.domain import endings
from sessions.domain.adverse_events import AdverseEvent, Observation
from sessions.domain.ids import AdverseEventId, PatientId, SessionId, StaffId
from sessions.domain.sessions import Session
from sessions.domain.states import UNDER_WAY, Outcome


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
            session, _ = await asyncio.gather(self._session_of(event), self._hold_dosing(event, tx))
            if session is not None and event.stops_session and session.state in UNDER_WAY:
                services = rendered_services(session, (), StaffId(actor.id), self.ports, now=tx.now)
                stopped = endings.aborted(session, Outcome.STOPPED, "adverse event", services, now=tx.now)
                await self.ports.sessions.save(stopped, expecting=session.version, tx=tx)
            return Changed(event.id, event.version)

        return await self.work.run(report, by=actor, action="report_adverse_event", returns=Changed, request=request)

    async def _session_of(self, event: AdverseEvent) -> Session | None:
        if event.session_id is None:
            return None
        session = await self.ports.sessions.get(event.session_id, of=event.patient_id)
        if session.patient_id != event.patient_id:
            raise not_found("session")
        return session

    async def _hold_dosing(self, event: AdverseEvent, tx: Transaction) -> None:
        if event.holds_dosing:
            await change_course(event.patient_id, lambda course: course.held(event.id), self.ports, tx)
