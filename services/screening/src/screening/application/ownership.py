"""Whose case or alert it is. Invariant: to a patient, what is not their own does not exist."""

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, Role
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.ids import AlertId, CaseId

STAFF_ROLES = frozenset(Role) - {Role.PATIENT, Role.PUBLIC}


async def case_for(actor: Actor, case_id: CaseId, ports: Ports) -> Case:
    """The case, if this actor may know of it. Refused: `case_not_found`."""
    case = await ports.cases.get(case_id)
    if not actor.has(*STAFF_ROLES) and actor.patient_id != case.patient_id:
        raise not_found("case")
    return case


async def alert_for(actor: Actor, alert_id: AlertId, ports: Ports) -> SafetyAlert:
    """The alert, if this actor may know of it. Refused: `alert_not_found`."""
    alert = await ports.alerts.get(alert_id)
    if not actor.has(*STAFF_ROLES) and actor.patient_id != alert.patient_id:
        raise not_found("alert")
    return alert
