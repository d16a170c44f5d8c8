"""Changes what is known of a patient: all details as they are now. What is booked waits if it could not be any more."""

from dataclasses import dataclass

from booking.application.fitness import Fitness
from booking.application.holding import settle_holds
from booking.application.ownership import check_own, check_version, is_patient
from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Evidence
from booking.domain.person import Person
from careflow_service.identity import Actor
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangePatientDetails:
    patient_id: PatientId
    expected_version: int
    details: PatientDetails
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class ChangePatientDetailsHandler:
    """Raises `birth_date_in_future`, `identity_by_staff_only` and `evidence_needed`. What changes nothing keeps its
    version.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: ChangePatientDetails, actor: Actor) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id)
            check_own(actor, patient.id, "patient")
            check_version(patient.version, command.expected_version)
            today = tx.now.astimezone(self.ports.zone).date()
            changed = patient.with_details(
                command.details,
                by=actor.id,
                evidence=command.evidence,
                own=is_patient(actor),
                now=tx.now,
                today=today,
            )
            if changed is not patient:
                path = await self.ports.care_paths.get(patient.id, of=patient.id)
                await self.ports.patients.save(changed, expecting=patient.version, tx=tx)
                person = Person.of(changed.details, self.ports.policy, self.ports.zone, today=today)
                after = await settle_holds(path, path.person_became(person, now=tx.now), tx, self.ports)
                await upsert(self.ports.care_paths, path, after, tx)
                if changed.details.state != patient.details.state:
                    await Fitness(self.ports).of_patient(after, changed.details.state, tx)
            return Changed(changed.id, changed.version)

        return await self.work.run(work, by=actor, action="change_patient_details", returns=Changed)
