"""Harm in a treatment: a grave event suspends the clearance until its signed review lets dosing resume."""

from careflow_events.contracts import AdverseEventReported, AdverseEventReviewed
from careflow_events.contracts.session_codes import ReviewDecision
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.application.suspending import settle_suspension, suspend
from screening.domain.case import Case
from screening.domain.ids import PatientId
from screening.domain.tasks import TaskKind


async def on_adverse_event_reported(event: Received[AdverseEventReported], tx: Transaction, ports: Ports) -> None:
    """From the policy's grade on. Without an open case there is nothing to suspend, and a person must know."""
    if event.data.grade < ports.policy.adverse_event_suspends_from_grade.value:
        return
    patient_id, ref = PatientId(event.data.patient_id), event.data.adverse_event_id
    before = await ports.cases.open_of(patient_id)
    if before is None:
        within = ports.policy.staff.prescriber_review_within.length
        await open_task(TaskKind.ANOMALY, ref, patient_id, within=within, tx=tx, ports=ports)
        return
    case = await suspend(before, ref, "A grave adverse event waits for its review.", tx, ports)
    await _save(before, case, tx, ports)


async def on_adverse_event_reviewed(event: Received[AdverseEventReviewed], tx: Transaction, ports: Ports) -> None:
    """The prescriber's signature is on the review; only the decision to resume ends anything."""
    if event.data.decision is not ReviewDecision.RESUME:
        return
    before = await ports.cases.open_of(PatientId(event.data.patient_id))
    if before is not None:
        case = await settle_suspension(before, event.data.adverse_event_id, "Its review was signed.", tx, ports)
        await _save(before, case, tx, ports)


async def _save(before: Case, after: Case, tx: Transaction, ports: Ports) -> None:
    if after is not before:
        await ports.cases.save(after, expecting=before.version, tx=tx)
