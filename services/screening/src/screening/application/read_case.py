"""Reading cases, findings and clearances. Every read of clinical content is audited before it is answered."""

from dataclasses import dataclass

from careflow_service.identity import Actor
from screening.application.grounds_now import grounds_now
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.decisions import Grounds
from screening.domain.ids import AlertId, CaseId, ClearanceId, PatientId
from screening.domain.paging import Page
from screening.domain.patients import PatientDetails


@dataclass(frozen=True, slots=True)
class AlertWithPages:
    """An alert, every attempt to reach somebody about it, and how to reach the patient."""

    alert: SafetyAlert
    pages: tuple[Page, ...]
    patient: PatientDetails


@dataclass(frozen=True, slots=True)
class Reading:
    ports: Ports

    async def case(self, case_id: CaseId, actor: Actor) -> Case:
        """Refused: `case_not_found`."""
        case = await case_for(actor, case_id, self.ports)
        await self.ports.audit.read(actor, "read_case", f"cases/{case.id}")
        return case

    async def cases_of(self, patient_id: PatientId, actor: Actor) -> list[Case]:
        """All cases of a patient, newest first."""
        cases = await self.ports.cases.all_of(patient_id)
        for case in cases:
            await self.ports.audit.read(actor, "read_case", f"cases/{case.id}")
        return cases

    async def findings(self, case_id: CaseId, actor: Actor) -> tuple[Case, Grounds]:
        """What the rules find in a case now, and what a decision would still miss. Refused: `case_not_found`."""
        case = await self.case(case_id, actor)
        return case, await grounds_now(case, self.ports.clock(), self.ports)

    async def clearance(self, clearance_id: ClearanceId, actor: Actor) -> Clearance:
        """Refused: `clearance_not_found`."""
        clearance = await self.ports.clearances.get(clearance_id)
        await self.ports.audit.read(actor, "read_clearance", f"clearances/{clearance.id}")
        return clearance

    async def alert(self, alert_id: AlertId, actor: Actor) -> AlertWithPages:
        """Refused: `alert_not_found`."""
        alert = await self.ports.alerts.get(alert_id)
        await self.ports.audit.read(actor, "read_alert", f"alerts/{alert.id}")
        patient = await self.ports.patients.find(alert.patient_id)
        return AlertWithPages(
            alert=alert,
            pages=tuple(await self.ports.pages.of_alert(alert.id)),
            patient=patient.details if patient else PatientDetails(),
        )
