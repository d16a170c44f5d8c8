"""The clinic's work list: the visits somebody has to see to now, what waits longest first. Who read it is kept."""

from dataclasses import dataclass

from booking.application.ports import Appointments, ReadAudit
from booking.application.results import Scheduled
from booking.domain.policy import BookingPolicy
from booking.domain.tasks import VisitTask, task_of
from careflow_service.clock import Clock
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class TaskOfVisit:
    task: VisitTask
    visit: Scheduled


class ListTasks:
    def __init__(self, appointments: Appointments, policy: BookingPolicy, audit: ReadAudit, clock: Clock) -> None:
        self._appointments = appointments
        self._policy = policy
        self._audit = audit
        self._clock = clock

    async def __call__(self, actor: Actor, limit: int, after: str | None) -> Listed[TaskOfVisit]:
        found = await self._appointments.to_see_to(self._clock(), limit, after)
        await self._audit.read(actor, "list_tasks", *(f"appointments/{each.id}" for each in found.items))
        tasks = (TaskOfVisit(task, Scheduled.of(each)) for each in found.items if (task := task_of(each, self._policy)))
        return Listed(tuple(tasks), found.next)
