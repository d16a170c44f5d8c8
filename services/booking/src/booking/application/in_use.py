"""Which record of a person is in use, however often theirs were merged."""

from booking.application.ports import Patients
from booking.domain.ids import PatientId
from booking.domain.patients import Patient


async def in_use(patients: Patients, patient_id: PatientId) -> Patient | None:
    """This record, or the one it was given up for; None where that was erased, and this one has to be kept."""
    patient = await patients.find(patient_id, of=patient_id)
    return patient if patient is None or patient.merge is None else await in_use(patients, patient.merge.into)
