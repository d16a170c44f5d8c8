"""Reads a patient's registration; who read it is kept."""

from booking.application.ownership import check_own
from booking.application.ports import Patients, ReadAudit
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.identity import Actor


class ReadPatientHandler:
    """Raises `patient_not_found`, also for another's patient."""

    def __init__(self, patients: Patients, audit: ReadAudit) -> None:
        self._patients = patients
        self._audit = audit

    async def __call__(self, patient_id: PatientId, actor: Actor) -> Patient:
        check_own(actor, patient_id, "patient")
        patient = await self._patients.get(patient_id)
        await self._audit.read(actor, "read_patient", f"patients/{patient.id}")
        return patient
