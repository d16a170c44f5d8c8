"""What follows from an adverse event of some grade: the session under way stops, further doses wait for its review."""

from careflow_domain.errors import not_found
from careflow_service.work import Transaction, side_by_side
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.application.rendered_services import rendered_services
from sessions.domain import endings
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.ids import StaffId
from sessions.domain.sessions import Session
from sessions.domain.states import UNDER_WAY, Outcome


async def follow(event: AdverseEvent, by: StaffId, ports: Ports, tx: Transaction) -> None:
    """Refused: `session_not_found` (also when it is another patient's)."""
    session, _ = await side_by_side(_session_of(event, ports), _hold_dosing(event, ports, tx))
    if session is not None and event.stops_session and session.state in UNDER_WAY:
        services = rendered_services(session, (), by, ports, now=tx.now)
        stopped = endings.aborted(session, Outcome.STOPPED, "adverse event", services, now=tx.now)
        await ports.sessions.save(stopped, expecting=session.version, tx=tx)


async def _session_of(event: AdverseEvent, ports: Ports) -> Session | None:
    if event.session_id is None:
        return None
    session = await ports.sessions.get(event.session_id, of=event.patient_id)
    if session.patient_id != event.patient_id:
        raise not_found("session")
    return session


async def _hold_dosing(event: AdverseEvent, ports: Ports, tx: Transaction) -> None:
    if event.holds_dosing:
        await change_course(event.patient_id, lambda course: course.held(event.id), ports, tx)
