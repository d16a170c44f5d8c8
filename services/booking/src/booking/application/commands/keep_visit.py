"""An integration that has lost its dose stays as it is booked: the patient has something to talk about all the same."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class KeepVisit:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class KeepVisitHandler:
    """Raises `nothing_to_settle`, `visit_started` and `wrong_state`."""

    ports: Ports
    work: Work

    async def __call__(self, command: KeepVisit, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            kept = await VisitChanges(self.ports).apply(
                lambda visit: visit.kept(now=tx.now), command.appointment_id, command.expected_version, actor, tx
            )
            return Scheduled.of(kept)

        return await self.work.run(work, by=actor, action="keep_visit", returns=Scheduled, request=request)
