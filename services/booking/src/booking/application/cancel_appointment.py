"""Cancels a visit and gives its time back."""

from dataclasses import dataclass

from booking.application.outcomes import Scheduled
from booking.application.preconditions import is_patient
from booking.application.scheduling import Scheduling
from booking.application.visit_changes import VisitChanges
from booking.domain.appointments import CancelledBy, CancelReason
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """`reason` decides whose cancellation it is when the clinic cancels: at the patient's wish, or for reasons of its
    own.
    """

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
        reason = CancelReason.PATIENT_REQUEST if is_patient(actor) else command.reason
        by = CancelledBy.PATIENT if reason is CancelReason.PATIENT_REQUEST else CancelledBy.CLINIC

        async def work(tx: Transaction) -> Scheduled:
            cancelled = await self._changes.apply(
                lambda appointment: appointment.cancel(by=by, reason=reason, now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            await self._scheduling.release(cancelled, tx)
            return Scheduled.of(cancelled)

        return await self._work.run(work, by=actor, action="cancel_appointment", returns=Scheduled, request=request)
