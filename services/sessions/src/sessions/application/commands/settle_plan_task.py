"""A task of a plan is done, not done, or called off: by the patient, or by somebody of the clinic."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, StaffId, TaskId
from sessions.domain.plan_task_terms import TaskOutcome


@dataclass(frozen=True, slots=True)
class SettlePlanTask:
    task_id: TaskId
    outcome: TaskOutcome
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SettlePlanTaskHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SettlePlanTask, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found` (also to another patient), and what `PlanTask.settled` refuses."""
        own = PatientId(actor.patient_id) if actor.patient_id else None

        async def settle(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id, of=own)
            check_own(actor, before.patient_id, "plan_task")
            by = None if actor.is_patient else StaffId(actor.id)
            task = before.settled(command.outcome, command.note, by=by, days=self.ports.task_days, now=tx.now)
            await self.ports.plan_tasks.save(task, expecting=before.version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(settle, by=actor, action="settle_plan_task", returns=Changed, request=request)
