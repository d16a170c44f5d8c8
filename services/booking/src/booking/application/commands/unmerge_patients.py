"""Parts two records that were merged by mistake: both are in use again."""

from dataclasses import dataclass, replace

from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class UnmergePatients:
    """`patient_id` is the record that was given up."""

    patient_id: PatientId
    expected_version: int


@dataclass(frozen=True, slots=True)
class UnmergePatientsHandler:
    """Raises `not_merged` and `merge_final`."""

    ports: Ports
    work: Work

    async def __call__(self, command: UnmergePatients, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        patient_id = command.patient_id

        async def work(tx: Transaction) -> Changed:
            patient, path = await side_by_side(
                self.ports.patients.get(patient_id, of=patient_id), self.ports.care_paths.get(patient_id, of=patient_id)
            )
            check_version(patient.version, command.expected_version)
            parted = patient.unmerged(self.ports.policy, now=tx.now)
            if patient.merge is not None:
                survivor = await self.ports.patients.get(patient.merge.into, of=patient.merge.into)
                await self.ports.patients.save(survivor.giving_back(patient.id), expecting=survivor.version, tx=tx)
            await self.ports.patients.save(parted, expecting=patient.version, tx=tx)
            after = path.person_became(replace(path.person, merged=False), now=tx.now)
            await self.ports.care_paths.save(after, expecting=path.version, tx=tx)
            return Changed(parted.id, parted.version)

        return await self.work.run(work, by=actor, action="unmerge_patients", returns=Changed, request=request)
