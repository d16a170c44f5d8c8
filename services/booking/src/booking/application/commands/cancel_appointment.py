"""Cancels a visit and gives its time back."""

from dataclasses import dataclass

from booking.application.ownership import acting_for
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.application.visit_changes import VisitChanges
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    appointment_id: AppointmentId
    expected_version: int
    reason: CancelReason


class CancelAppointmentHandler:
    """Raises `visit_started` and `wrong_state`."""

    def __init__(self, changes: VisitChanges, scheduling: Scheduling, work: Work) -> None:
        self._changes = changes
        self._scheduling = scheduling
        self._work = work

    async def __call__(
        self, command: CancelAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            cancelled = await self._changes.apply(
                lambda appointment: appointment.cancel(command.reason, asked_by=acting_for(actor), now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            await self._scheduling.release(cancelled, tx)
            return Scheduled.of(cancelled)

        return await self._work.run(work, by=actor, action="cancel_appointment", returns=Scheduled, request=request)
