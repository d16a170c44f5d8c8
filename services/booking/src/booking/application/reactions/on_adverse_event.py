"""Reactions to adverse events: a grave one stops dosing until a signed review lets it resume."""

from booking.application.care_path_reactions import treating
from booking.application.ports import Ports
from booking.domain.ids import AdverseEventId
from careflow_events import contracts
from careflow_events.contracts import session_codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_adverse_event_reported(
    event: Received[contracts.AdverseEventReported], tx: Transaction, ports: Ports
) -> None:
    if event.data.grade < ports.policy.adverse_event_holds_from_grade.value:
        return
    event_id = AdverseEventId(event.data.adverse_event_id)
    await treating(event, tx, ports, lambda course: course.adverse_event_reported(event_id))


async def on_adverse_event_reviewed(
    event: Received[contracts.AdverseEventReviewed], tx: Transaction, ports: Ports
) -> None:
    event_id = AdverseEventId(event.data.adverse_event_id)
    resumed = event.data.decision is session_codes.ReviewDecision.RESUME
    await treating(event, tx, ports, lambda course: course.adverse_event_reviewed(event_id, resumed=resumed))
