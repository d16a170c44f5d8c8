"""Records how a consultation ended; `proceed` opens the way to screening."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from booking.domain.visits import Disposition
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class CompleteConsultation:
    appointment_id: AppointmentId
    expected_version: int
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class CompleteConsultationHandler:
    """Raises `disposition_invalid`, `visit_not_started`, `completed_by_sessions` and `wrong_state`."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: CompleteConsultation, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            after = await VisitChanges(self.ports).apply(
                lambda appointment: appointment.complete(command.disposition, now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            return Scheduled.of(after)

        return await self.work.run(work, by=actor, action="complete_consultation", returns=Scheduled, request=request)
