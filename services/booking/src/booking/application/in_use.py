"""Which record of a person is in use, and which were given up for it, however often theirs were merged."""

from booking.application.ports import Patients
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.work import side_by_side


async def in_use(patients: Patients, patient_id: PatientId) -> Patient | None:
    """This record, or the one it was given up for; None where that was erased, and this one has to be kept."""
    patient = await patients.find(patient_id, of=patient_id)
    return patient if patient is None or patient.merge is None else await in_use(patients, patient.merge.into)


async def records_of(patients: Patients, patient: Patient) -> list[PatientId]:
    """This record first, and those that were given up for it, or for one of these; but what is erased."""
    found = [patient]
    for each in found:
        given_up = await side_by_side(*(patients.find(other, of=other) for other in each.absorbed))
        found += [other for other in given_up if other is not None]
    return [each.id for each in found]
