"""The patient no longer takes something. Told by anybody but a prescriber that is a report, and the finding stays."""

from dataclasses import dataclass
from datetime import date

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.clinic_day import clinic_day
from screening.domain.ids import CaseId, MedicationId, PatientId, StaffId
from screening.domain.medications import Medication, Stop
from screening.domain.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class StopMedication:
    """A prescriber's confirms, with the last day they know of."""

    case_id: CaseId
    medication_id: MedicationId
    last_taken_on: date


@dataclass(frozen=True, slots=True)
class StopMedicationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: StopMedication, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `medication_not_found`, and as `Medication.stopped`.

        A suspension it caused stays until a prescriber reinstates.
        """

        async def stop(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            confirmed_by = StaffId(actor.id) if actor.has(Role.PRESCRIBER) else None
            told = Stop(last_taken_on=command.last_taken_on, at=tx.now, by=actor.id, confirmed_by=confirmed_by)
            stopped = before.medication(command.medication_id).stopped(told, today=clinic_day(tx.now, self.ports.zone))
            case = before.with_changed(stopped)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            if confirmed_by is None:
                await self._ask_a_prescriber(stopped, case.patient_id, tx)
            return Changed(case.id, case.version)

        return await self.work.run(stop, by=actor, action="stop_medication", returns=Changed, request=request)

    async def _ask_a_prescriber(self, stopped: Medication, patient_id: PatientId, tx: Transaction) -> None:
        """To confirm the report; sooner, where the stop itself is a danger."""
        staff, ports = self.ports.policy.staff, self.ports
        kind, within = TaskKind.PRESCRIBER_REVIEW, staff.prescriber_review_within
        if any(row.abrupt_stop_harms for row in ports.policy.interactions.rows_of(stopped)):
            kind, within = TaskKind.WITHDRAWAL_RISK, staff.withdrawal_review_within
        await open_task(kind, stopped.id, patient_id, within=within.length, tx=tx, ports=ports)
