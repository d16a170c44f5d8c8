"""Records that the patient did not come. A person says so, never a timer."""

from dataclasses import dataclass

from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordMissedVisit:
    appointment_id: AppointmentId
    expected_version: int


class RecordMissedVisitHandler:
    """Raises `visit_not_started` and `wrong_state`."""

    def __init__(self, changes: VisitChanges, work: Work) -> None:
        self._changes = changes
        self._work = work

    async def __call__(
        self, command: RecordMissedVisit, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            after = await self._changes.apply(
                lambda appointment: appointment.miss(now=tx.now),
                command.appointment_id,
                command.expected_version,
                actor,
                tx,
            )
            return Scheduled.of(after)

        return await self._work.run(work, by=actor, action="record_missed_visit", returns=Scheduled, request=request)
