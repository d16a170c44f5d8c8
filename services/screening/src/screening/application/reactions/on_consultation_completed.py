"""An info call ended with "proceed": the patient's screening begins."""

from careflow_events.contracts import ConsultationCompleted
from careflow_events.contracts.codes import AppointmentKind, Disposition
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.suspending import suspensions_of
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.ids import CaseId, PatientId, RequestId
from screening.domain.intake import Purpose


async def on_consultation_completed(event: Received[ConsultationCompleted], tx: Transaction, ports: Ports) -> None:
    """Make sure the patient has an open case with the intake questionnaires; other ends of a consultation change
    nothing here. What an earlier course knew against treatment is known in this one too.
    """
    ended = event.data
    if ended.kind is not AppointmentKind.INFO_CALL or ended.disposition is not Disposition.PROCEED:
        return
    patient_id = PatientId(ended.patient_id)
    earlier = await ports.cases.latest_of(patient_id)
    if earlier is not None and earlier.state is not CaseState.CLOSED:
        return
    case = Case.opened(CaseId(tx.new_id()), patient_id, now=tx.now)
    if earlier is not None:
        case = case.following(earlier, await suspensions_of(earlier, ports))
    for code in ports.policy.intake.questionnaires:
        case = case.requesting(
            RequestId(tx.new_id()),
            ports.shelf.newest(code),
            Purpose.INTAKE,
            due_within=ports.policy.intake.due_within.length,
            now=tx.now,
        )
    await ports.cases.add(case, tx)
