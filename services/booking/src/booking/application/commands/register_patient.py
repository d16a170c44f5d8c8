"""Registers a patient and begins their care path."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from booking.application.ports import CarePaths, Patients
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    details: PatientDetails


class RegisterPatientHandler:
    """Raises `minor_not_served`, `state_not_served` and `birth_date_in_future`."""

    def __init__(
        self, patients: Patients, care_paths: CarePaths, policy: BookingPolicy, zone: ZoneInfo, work: Work
    ) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._policy = policy
        self._zone = zone
        self._work = work

    async def __call__(self, command: RegisterPatient, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            patient = Patient.registered(
                PatientId(tx.new_id()),
                command.details,
                policy=self._policy,
                now=tx.now,
                today=tx.now.astimezone(self._zone).date(),
                alike=await self._patients.alike(command.details),
            )
            await self._patients.add(patient, tx)
            await self._care_paths.add(CarePath(id=patient.id), tx)
            return Changed(patient.id, patient.version)

        return await self._work.run(work, by=actor, action="register_patient", returns=Changed, request=request)
