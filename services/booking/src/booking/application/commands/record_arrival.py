"""Records that the patient is there, or on the line."""

from dataclasses import dataclass

from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordArrival:
    appointment_id: AppointmentId
    expected_version: int


class RecordArrivalHandler:
    """Raises `too_early_to_arrive` and `wrong_state`."""

    def __init__(self, changes: VisitChanges, policy: BookingPolicy, work: Work) -> None:
        self._changes = changes
        self._policy = policy
        self._work = work

    async def __call__(self, command: RecordArrival, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            after = await self._changes.apply(
                lambda appointment: appointment.arrive(self._policy, now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            return Scheduled.of(after)

        return await self._work.run(work, by=actor, action="record_arrival", returns=Scheduled, request=request)
