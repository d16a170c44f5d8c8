"""Harm in a treatment: a grave event suspends the clearance until its signed review lets dosing resume."""

from careflow_events.contracts import AdverseEventReported, AdverseEventReviewed
from careflow_events.contracts.session_codes import ReviewDecision
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.suspending import settle_suspension, suspend
from screening.domain.ids import PatientId


async def on_adverse_event_reported(event: Received[AdverseEventReported], tx: Transaction, ports: Ports) -> None:
    """From the policy's grade on."""
    if event.data.grade < ports.policy.adverse_event_suspends_from_grade.value:
        return
    case = await ports.cases.open_of(PatientId(event.data.patient_id))
    if case is not None:
        await suspend(case, event.data.adverse_event_id, "A grave adverse event waits for its review.", tx, ports)


async def on_adverse_event_reviewed(event: Received[AdverseEventReviewed], tx: Transaction, ports: Ports) -> None:
    """The prescriber's signature is on the review; only the decision to resume ends anything."""
    if event.data.decision is not ReviewDecision.RESUME:
        return
    case = await ports.cases.open_of(PatientId(event.data.patient_id))
    if case is not None:
        await settle_suspension(case, event.data.adverse_event_id, "Its review was signed.", tx, ports)
