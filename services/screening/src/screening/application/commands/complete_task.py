"""Somebody did what a task asked for."""

from dataclasses import dataclass

from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import StaffId, TaskId
from screening.domain.tasks import FOR_PRESCRIBERS


@dataclass(frozen=True, slots=True)
class CompleteTask:
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class CompleteTaskHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: CompleteTask, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `task_not_found`, `task_already_done`, `prescriber_reviews` for what only a prescriber can do."""

        async def complete(tx: Transaction) -> Changed:
            before = await self.ports.tasks.get(command.task_id)
            if before.kind in FOR_PRESCRIBERS and not actor.has(Role.PRESCRIBER):
                raise forbidden("prescriber_reviews", "Only a prescriber can do this.")
            task = before.done(StaffId(actor.id), now=tx.now)
            await self.ports.tasks.save(task, expecting=before.version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(complete, by=actor, action="complete_task", returns=Changed, request=request)
