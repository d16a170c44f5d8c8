"""Somebody of the clinic has told a patient what no message could."""

from dataclasses import dataclass

from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordPatientTold:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordPatientToldHandler:
    """Raises `told_already`."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: RecordPatientTold, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            visit = await self.ports.appointments.get(command.appointment_id)
            check_version(visit.version, command.expected_version)
            told = visit.told()
            await self.ports.appointments.save(told, expecting=visit.version, tx=tx)
            return Scheduled.of(told)

        return await self.work.run(work, by=actor, action="record_patient_told", returns=Scheduled, request=request)
