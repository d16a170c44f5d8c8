"""Records that a patient came after all who was marked missed, or was not marked on the day."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CorrectAppointment:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class CorrectAppointmentHandler:
    """Raises `wrong_state`, and `on_hold` for a visit nobody marked. A visit that was missed or not marked still has
    its time, so that nothing must be claimed anew.
    """

    ports: Ports
    work: Work

    async def __call__(
        self, command: CorrectAppointment, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            after = await VisitChanges(self.ports).apply(
                lambda visit: visit.correct(now=tx.now), command.appointment_id, command.expected_version, actor, tx
            )
            return Scheduled.of(after)

        return await self.work.run(work, by=actor, action="correct_appointment", returns=Scheduled, request=request)
