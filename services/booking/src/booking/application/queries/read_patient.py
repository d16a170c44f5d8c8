"""Reads a patient's registration; who read it is kept."""

from dataclasses import dataclass

from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True)
class ReadPatient:
    """Raises `patient_not_found`, also for another's patient."""

    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> Patient:
        check_own(actor, patient_id, "patient")
        patient = await self.ports.patients.get(patient_id)
        await self.ports.audit.read(actor, "read_patient", f"patients/{patient.id}")
        return patient
