"""Parts two records that were merged by mistake: both are in use again."""

from dataclasses import dataclass, replace

from booking.application.ownership import check_version
from booking.application.ports import CarePaths, Patients
from booking.domain.ids import PatientId
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class UnmergePatients:
    """`patient_id` is the record that was given up."""

    patient_id: PatientId
    expected_version: int


class UnmergePatientsHandler:
    """Raises `not_merged` and `merge_final`."""

    def __init__(self, patients: Patients, care_paths: CarePaths, policy: BookingPolicy, work: Work) -> None:
        self._patients = patients
        self._care_paths = care_paths
        self._policy = policy
        self._work = work

    async def __call__(self, command: UnmergePatients, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        patient_id = command.patient_id

        async def work(tx: Transaction) -> Changed:
            patient, path = await side_by_side(
                self._patients.get(patient_id, of=patient_id), self._care_paths.get(patient_id, of=patient_id)
            )
            check_version(patient.version, command.expected_version)
            parted = patient.unmerged(self._policy, now=tx.now)
            if patient.merge is not None:
                survivor = await self._patients.get(patient.merge.into, of=patient.merge.into)
                await self._patients.save(survivor.giving_back(patient.id), expecting=survivor.version, tx=tx)
            await self._patients.save(parted, expecting=patient.version, tx=tx)
            after = path.person_became(replace(path.person, merged=False), now=tx.now)
            await self._care_paths.save(after, expecting=path.version, tx=tx)
            return Changed(parted.id, parted.version)

        return await self._work.run(work, by=actor, action="unmerge_patients", returns=Changed, request=request)
