"""Changes what is known of a patient: all details as they are now."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from booking.application.ownership import check_own, check_version
from booking.application.ports import Patients
from booking.application.results import Saved
from booking.domain.ids import PatientId
from booking.domain.patients import PatientDetails
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangePatientDetails:
    patient_id: PatientId
    expected_version: int
    details: PatientDetails


class ChangePatientDetailsHandler:
    """Raises `minor_not_served` and `birth_date_in_future`. What changes nothing keeps its version."""

    def __init__(self, patients: Patients, policy: BookingPolicy, zone: ZoneInfo, work: Work) -> None:
        self._patients = patients
        self._policy = policy
        self._zone = zone
        self._work = work

    async def __call__(self, command: ChangePatientDetails, actor: Actor) -> Committed[Saved]:
        async def work(tx: Transaction) -> Saved:
            patient = await self._patients.get(command.patient_id)
            check_own(actor, patient.id, "patient")
            check_version(patient.version, command.expected_version)
            today = tx.now.astimezone(self._zone).date()
            changed = patient.with_details(command.details, policy=self._policy, now=tx.now, today=today)
            if changed is not patient:
                await self._patients.save(changed, expecting=patient.version, tx=tx)
            return Saved(changed.id, changed.version)

        return await self._work.run(work, by=actor, action="change_patient_details", returns=Saved)
