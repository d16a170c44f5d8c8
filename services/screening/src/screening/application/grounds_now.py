"""What a decision on a case would rest on at this moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from careflow_service.work import side_by_side
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance_terms import Indication
from screening.domain.decisions import Grounds, grounds
from screening.domain.ids import PatientId
from screening.domain.lacking import Lacking
from screening.domain.patients import PatientDetails
from screening.domain.rules import Finding


async def details_of(patient_id: PatientId, ports: Ports) -> PatientDetails:
    """What is known of the patient."""
    known = await ports.patients.find(patient_id, of=patient_id)
    return known.details if known else PatientDetails()


async def findings_now(case: Case, now: datetime, ports: Ports) -> tuple[Finding, ...]:
    """What the rules find in the case and of the patient."""
    patient = await details_of(case.patient_id, ports)
    return ports.policy.findings(case.known(patient), now, ports.zone)


async def grounds_now(case: Case, now: datetime, ports: Ports, *, indications: Iterable[Indication] = ()) -> Grounds:
    """Findings, evidence, end of validity and everything missing, from the case, the patient and their open alert.

    `record_incomplete` is missing while an event about the patient waits to be replayed.
    """
    patient, alert, complete = await side_by_side(
        ports.patients.find(case.patient_id, of=case.patient_id),
        ports.alerts.open_of(case.patient_id),
        ports.records.complete(case.patient_id),
    )
    details = patient.details if patient else PatientDetails()
    alerts = [alert] if alert else []
    found = grounds(case, details, alerts, ports.policy, indications=indications, now=now, zone=ports.zone)
    if complete:
        return found
    return replace(found, missing=(*found.missing, Lacking.WHOLE_RECORD))
