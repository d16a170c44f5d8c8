"""Whose case or alert it is. Invariant: to a patient, what is not their own does not exist."""

from careflow_service.identity import Actor
from careflow_service.oversight import check_own
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.ids import AlertId, CaseId


async def case_for(actor: Actor, case_id: CaseId, ports: Ports) -> Case:
    """The case, if this actor may know of it. Refused: `case_not_found`."""
    case = await ports.cases.get(case_id)
    check_own(actor, case.patient_id, "case")
    return case


async def alert_for(actor: Actor, alert_id: AlertId, ports: Ports) -> SafetyAlert:
    """The alert, if this actor may know of it. Refused: `alert_not_found`."""
    alert = await ports.alerts.get(alert_id)
    check_own(actor, alert.patient_id, "alert")
    return alert
