"""Registers a patient and begins their care path."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    details: PatientDetails


@dataclass(frozen=True, slots=True)
class RegisterPatientHandler:
    """Raises `minor_not_served`, `state_not_served` and `birth_date_in_future`."""

    ports: Ports
    work: Work

    async def __call__(self, command: RegisterPatient, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            patient = Patient.registered(
                PatientId(tx.new_id()),
                command.details,
                policy=self.ports.policy,
                now=tx.now,
                today=tx.now.astimezone(self.ports.zone).date(),
                alike=await self.ports.patients.alike(command.details),
            )
            await self.ports.patients.add(patient, tx)
            await self.ports.care_paths.add(CarePath(id=patient.id), tx)
            return Changed(patient.id, patient.version)

        return await self.work.run(work, by=actor, action="register_patient", returns=Changed, request=request)
