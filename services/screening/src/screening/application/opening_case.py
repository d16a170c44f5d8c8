"""A patient's screening begins: for the first time, or anew after an earlier case."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.suspending import suspensions_of
from screening.domain.case import Case
from screening.domain.ids import CaseId, PatientId, RequestId
from screening.domain.intake import Purpose


async def new_case(patient_id: PatientId, earlier: Case | None, tx: Transaction, ports: Ports) -> Case:
    """A case with the intake questionnaires asked for, not yet added. What an earlier one knew against treatment is
    known in this one too.
    """
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
    return case
