"""The clinic's work list: the visits somebody has to see to now, what waits longest first. Who read it is kept."""

from dataclasses import dataclass
from enum import StrEnum

from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId
from booking.domain.states import Taken
from booking.domain.tasks import VisitTask, task_of
from careflow_service.identity import Actor
from careflow_service.listed import Listed


class Whose(StrEnum):
    """Which tasks somebody asks for."""

    ALL = "all"
    MINE = "mine"
    """Those that whoever asks sees to."""
    NOBODYS = "nobodys"
    """Those that nobody sees to: never taken, given back, or taken and left for too long."""


@dataclass(frozen=True, slots=True)
class TaskOfVisit:
    """`taken` is who sees to it now; None where it waits for somebody."""

    task: VisitTask
    visit: Scheduled
    taken: Taken | None


@dataclass(frozen=True, slots=True)
class ListTasks:
    ports: Ports

    async def __call__(
        self, actor: Actor, limit: int, after: str | None, *, whose: Whose = Whose.ALL
    ) -> Listed[TaskOfVisit]:
        now = self.ports.clock()
        match whose:
            case Whose.ALL:
                found = await self.ports.appointments.to_see_to(now, limit, after)
            case Whose.MINE:
                found = await self.ports.appointments.seen_to_by(actor.id, now, limit, after)
            case Whose.NOBODYS:
                found = await self.ports.appointments.seen_to_by_nobody(now, limit, after)
        await self.ports.audit.read(actor, "list_tasks", *(f"appointments/{each.id}" for each in found.items))
        return Listed(tuple(filter(None, map(self._task, found.items))), found.next)

    async def one(self, appointment_id: AppointmentId, actor: Actor) -> TaskOfVisit | None:
        """What is to be done about one visit, and who sees to it. Raises `appointment_not_found`."""
        visit = await self.ports.appointments.get(appointment_id)
        await self.ports.audit.read(actor, "list_tasks", f"appointments/{visit.id}")
        return self._task(visit)

    def _task(self, visit: Appointment) -> TaskOfVisit | None:
        task = task_of(visit, self.ports.policy)
        if task is None:
            return None
        return TaskOfVisit(task, Scheduled.of(visit), visit.seen_to(self.ports.policy, now=self.ports.clock()))
