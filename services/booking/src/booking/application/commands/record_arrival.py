"""Records that the patient is there, or on the line."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordArrival:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordArrivalHandler:
    """Raises `too_early_to_arrive` and `wrong_state`."""

    ports: Ports
    work: Work

    async def __call__(self, command: RecordArrival, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            after = await VisitChanges(self.ports).apply(
                lambda appointment: appointment.arrive(self.ports.policy, now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            return Scheduled.of(after)

        return await self.work.run(work, by=actor, action="record_arrival", returns=Scheduled, request=request)
