"""Records that the patient did not come. A person says so, never a timer."""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.visit_changes import VisitChanges
from booking.domain.ids import AppointmentId
from booking.domain.left_behind import check_dose_marked
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordMissedVisit:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordMissedVisitHandler:
    """Raises `visit_not_started`, `on_hold`, `cannot_be_given`, `dose_gone`, `dose_unmarked` and `wrong_state`."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: RecordMissedVisit, actor: Actor, request: RequestKey | None
    ) -> Committed[Scheduled]:
        async def work(tx: Transaction) -> Scheduled:
            changes = VisitChanges(self.ports)
            visit, path = await changes.seen(command.appointment_id, command.expected_version, actor)
            missed = visit.miss(now=tx.now)
            check_dose_marked(path, visit.id)
            (after,) = await changes.save(path, tx, (missed, visit.version))
            return Scheduled.of(after)

        return await self.work.run(work, by=actor, action="record_missed_visit", returns=Scheduled, request=request)
