"""Merges two records of one person: what somebody at the clinic decides, never the system. What they said last to
messages, on either record, goes on.
"""

from dataclasses import dataclass

from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.domain.contact_consents import ContactConsents
from booking.domain.ids import PatientId
from booking.domain.merging import given_up
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class MergePatients:
    """`patient_id` is given up, `survivor_id` stays."""

    patient_id: PatientId
    expected_version: int
    survivor_id: PatientId


@dataclass(frozen=True, slots=True)
class MergePatientsHandler:
    """Raises `same_patient`, `patient_merged`, `not_alike`, `visits_open` and `clinical_history`."""

    ports: Ports
    work: Work

    async def __call__(self, command: MergePatients, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        patient_id, survivor_id = command.patient_id, command.survivor_id

        async def work(tx: Transaction) -> Changed:
            patient, survivor, path, asked_for = await side_by_side(
                self.ports.patients.get(patient_id, of=patient_id),
                self.ports.patients.get(survivor_id, of=survivor_id),
                self.ports.care_paths.get(patient_id, of=patient_id),
                self._asked_for(patient_id),
            )
            said, theirs = await side_by_side(
                self.ports.consents.find(patient_id, of=patient_id),
                self.ports.consents.find(survivor_id, of=survivor_id),
            )
            check_version(patient.version, command.expected_version)
            merged = patient.merged_into(survivor, by=actor.id, now=tx.now)
            after = path.person_became(given_up(path, asked_for=asked_for), now=tx.now)
            await self.ports.patients.save(merged, expecting=patient.version, tx=tx)
            await self.ports.patients.save(survivor.absorbing(merged), expecting=survivor.version, tx=tx)
            await self.ports.care_paths.save(after, expecting=path.version, tx=tx)
            if said is not None:
                kept = (theirs or ContactConsents(id=survivor_id)).absorbing(said)
                await upsert(self.ports.consents, theirs, kept, tx)
            return Changed(merged.id, merged.version)

        return await self.work.run(work, by=actor, action="merge_patients", returns=Changed, request=request)

    async def _asked_for(self, patient_id: PatientId) -> int:
        holds, waiting = await side_by_side(
            self.ports.appointments.holds_of(patient_id), self.ports.waitlist.waiting_of(patient_id)
        )
        return len(holds) + len(waiting)
