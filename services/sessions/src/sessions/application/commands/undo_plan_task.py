"""A patient has ticked a task off by mistake: it is to be done again."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, TaskId


@dataclass(frozen=True, slots=True)
class UndoPlanTask:
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class UndoPlanTaskHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: UndoPlanTask, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found` (also to another patient), `not_to_undo`."""
        own = PatientId(actor.patient_id) if actor.patient_id else None

        async def undo(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id, of=own)
            check_own(actor, before.patient_id, "plan_task")
            task = before.undone(days=self.ports.task_days, now=tx.now)
            await self.ports.plan_tasks.save(task, expecting=before.version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(undo, by=actor, action="undo_plan_task", returns=Changed, request=request)
