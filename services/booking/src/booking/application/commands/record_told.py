"""Somebody of the clinic has told a patient of their questions or their account, which no message could."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.untold import News, told_by_hand
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordTold:
    patient_id: PatientId
    news: News
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordToldHandler:
    """Raises `care_path_not_found`, `told_already`."""

    ports: Ports
    work: Work

    async def __call__(self, command: RecordTold, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            path = await self.ports.care_paths.get(command.patient_id, of=command.patient_id)
            path.check_seen(command.expected_version)
            told = told_by_hand(path, command.news, now=tx.now)
            await self.ports.care_paths.save(told, expecting=path.version, tx=tx)
            return Changed(told.id, told.version)

        return await self.work.run(work, by=actor, action="record_told", returns=Changed, request=request)
