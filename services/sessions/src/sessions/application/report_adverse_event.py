"""Something harmful happened: from grade 2 on dosing waits for a review, from grade 3 on the session stops."""

from dataclasses import dataclass

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import course_of, keep_course
from sessions.application.ports import Ports
from sessions.application.rendered_services import rendered_services
from sessions.application.results import Changed
from sessions.domain.adverse_events import AdverseEvent, Observation
from sessions.domain.ids import AdverseEventId, PatientId, SessionId, StaffId
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
            if event.holds_dosing:
                before = await course_of(event.patient_id, self.ports)
                await keep_course(before, before.held(event.id), self.ports, tx)
            if command.session_id is not None:
                await self._stop(event, command.session_id, StaffId(actor.id), tx)
            return Changed(event.id, event.version)

        return await self.work.run(report, by=actor, action="report_adverse_event", returns=Changed, request=request)

    async def _stop(self, event: AdverseEvent, session_id: SessionId, by: StaffId, tx: Transaction) -> None:
        session = await self.ports.sessions.get(session_id)
        if session.patient_id != event.patient_id:
            raise not_found("session")
        if event.stops_session and session.state in UNDER_WAY:
            services = rendered_services(session, (), by, self.ports, now=tx.now)
            stopped = session.aborted(Outcome.STOPPED, "adverse event", services, now=tx.now)
            await self.ports.sessions.save(stopped, expecting=session.version, tx=tx)
