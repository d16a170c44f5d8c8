"""Sessions says that a patient's care has ended: the clearance ends with it, and who was treated is followed up."""

from careflow_events.contracts import CareDischarged
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.ending_clearance import end_clearance_of
from screening.application.opening_case import new_case
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.endings import CareEnd
from screening.domain.ids import PatientId, StaffId


async def on_care_discharged(event: Received[CareDischarged], tx: Transaction, ports: Ports) -> None:
    """The case stays open for the questionnaires that follow a course, and is closed where none will. Heard after the
    patient has come back, it concerns the case of before; who came back before it was heard has their new case now.
    """
    data = event.data
    patient_id, end = PatientId(data.patient_id), CareEnd(by=StaffId(data.discharged_by), at=data.discharged_at)
    before = await ports.cases.open_of(patient_id)
    if before is None or before.opened_at > end.at or before.care_end is not None:
        return
    case = before.discharged(end, ports.policy.course)
    next_case = await _next_case(case, tx, ports)
    if next_case is not None or case.course.asks_at is None:
        case = case.over(now=tx.now)
    await end_clearance_of(before, end.by, "The patient was discharged from care.", tx, ports)
    await ports.cases.save(case, expecting=before.version, tx=tx)
    if next_case is not None:
        await ports.cases.add(next_case, tx)


async def _next_case(discharged: Case, tx: Transaction, ports: Ports) -> Case | None:
    end, back = discharged.care_end, discharged.asked_back_at
    if end is None or back is None or back <= end.at:
        return None
    return await new_case(discharged.patient_id, discharged, tx, ports)
