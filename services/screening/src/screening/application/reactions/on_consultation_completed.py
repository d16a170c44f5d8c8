"""An info call ended with "proceed": the patient's screening begins. An evaluation was held: what was found can be
recorded of that visit.
"""

from careflow_events.contracts import ConsultationCompleted
from careflow_events.contracts.codes import AppointmentKind, Disposition
from careflow_events.subscription import Received
from careflow_service.work import Transaction, side_by_side
from screening.application.opening_case import new_case
from screening.application.ports import Ports
from screening.application.sending_links import known_of, send_link
from screening.domain.case_record import CaseState
from screening.domain.evaluation import EvaluationVisit
from screening.domain.ids import AppointmentId, PatientId


async def on_consultation_completed(event: Received[ConsultationCompleted], tx: Transaction, ports: Ports) -> None:
    """Make sure the patient has a case in which they can be cleared, with the intake questionnaires; other ends of a
    call change nothing here. A case kept for following up somebody who was discharged gives way to it.
    """
    ended = event.data
    if ended.kind is AppointmentKind.EVALUATION:
        await _evaluated(ended, tx, ports)
    if ended.kind is not AppointmentKind.INFO_CALL or ended.disposition is not Disposition.PROCEED:
        return
    patient_id = PatientId(ended.patient_id)
    earlier, known = await side_by_side(ports.cases.latest_of(patient_id), known_of(patient_id, ports))
    if earlier is not None and earlier.in_care:
        if earlier.clearance_id is not None:
            await ports.cases.save(earlier.asked_back(at=event.time), expecting=earlier.version, tx=tx)
        return
    case = await new_case(patient_id, earlier, tx, ports)
    if earlier is not None and earlier.state is not CaseState.CLOSED:
        await ports.cases.save(earlier.over(now=tx.now), expecting=earlier.version, tx=tx)
    await ports.cases.add(case, tx)
    await send_link(case, known, tx, ports)


async def _evaluated(ended: ConsultationCompleted, tx: Transaction, ports: Ports) -> None:
    """The newest case knows the visit; where nothing more is added to it, nobody records an evaluation either."""
    case = await ports.cases.latest_of(PatientId(ended.patient_id))
    if case is None or case.state is CaseState.CLOSED:
        return
    visit = EvaluationVisit(
        appointment_id=AppointmentId(ended.appointment_id), starts_at=ended.starts_at, ends_at=ended.ends_at
    )
    await ports.cases.save(case.seen_for_evaluation(visit), expecting=case.version, tx=tx)
