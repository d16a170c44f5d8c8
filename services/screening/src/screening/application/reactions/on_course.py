"""What sessions says of a course: doses were given, the plan has come to its end."""

from careflow_events.contracts import DoseAdministered, PlanCompleted, PlanDiscontinued
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.outcomes import with_outcomes
from screening.application.ports import Ports
from screening.domain.ids import PatientId


async def on_dose_administered(event: Received[DoseAdministered], tx: Transaction, ports: Ports) -> None:
    """Outcomes are measured from it, and the patient will be asked how they are. Without an open case there is nothing
    to measure.
    """
    before = await ports.cases.open_of(PatientId(event.data.patient_id))
    if before is None:
        return
    case = before.in_course(before.course.dosed(event.data.session_id, event.data.at, ports.policy.course))
    if case is not before:
        case = await with_outcomes(case, tx, ports)
        await ports.cases.save(case, expecting=before.version, tx=tx)


async def on_plan_ended(
    event: Received[PlanCompleted] | Received[PlanDiscontinued], tx: Transaction, ports: Ports
) -> None:
    """From then on the patient is followed up, month by month, however late it is heard."""
    before = await ports.cases.open_of(PatientId(event.data.patient_id))
    if before is None:
        return
    case = before.in_course(before.course.ended(ports.policy.course, at=event.time))
    if case is not before:
        await ports.cases.save(case, expecting=before.version, tx=tx)
