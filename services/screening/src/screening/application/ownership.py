"""Whose case, alert or consent it is. Invariant: to a patient, what is not their own does not exist."""

from careflow_service.identity import Actor
from careflow_service.oversight import check_own
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.consents import DisclosureConsent
from screening.domain.ids import AlertId, CaseId, ConsentId


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


async def consent_for(actor: Actor, consent_id: ConsentId, ports: Ports) -> DisclosureConsent:
    """The consent, if this actor may know of it. Refused: `consent_not_found`."""
    consent = await ports.consents.get(consent_id)
    check_own(actor, consent.patient_id, "consent")
    return consent
