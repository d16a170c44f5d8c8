"""A clinician asks a patient for something beside the sessions of their plan; a prescriber signs some of it."""

from dataclasses import dataclass, field
from datetime import date

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PlanId, StaffId, TaskId
from sessions.domain.plan_task_terms import TaskKind
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import PlanState


@dataclass(frozen=True, slots=True)
class MakePlanTask:
    """`text` is what it asks, in words for the patient; `due_on` a day of the clinic."""

    plan_id: PlanId
    kind: TaskKind
    text: str = field(repr=False)
    due_on: date


@dataclass(frozen=True, slots=True)
class SignPlanTask:
    task_id: TaskId
    expected_version: int


@dataclass(frozen=True, slots=True)
class MakePlanTaskHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: MakePlanTask, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_not_found`, `plan_not_live`, and what `PlanTask.asked` refuses."""

        async def make(tx: Transaction) -> Changed:
            plan = await self.ports.plans.get(command.plan_id)
            if plan.state not in (PlanState.ACTIVE, PlanState.ON_HOLD):
                raise conflict("plan_not_live", "The plan is not signed, or has ended.", state=plan.state.value)
            task = PlanTask.asked(
                TaskId(tx.new_id()),
                plan.patient_id,
                plan.id,
                command.kind,
                command.text,
                command.due_on,
                by=StaffId(actor.id),
                prescriber=actor.has(Role.PRESCRIBER),
                days=self.ports.task_days,
                now=tx.now,
            )
            await self.ports.plan_tasks.add(task, tx)
            return Changed(task.id, task.version)

        return await self.work.run(make, by=actor, action="make_plan_task", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class SignPlanTaskHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SignPlanTask, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found`, and what `PlanTask.sign` refuses."""

        async def sign(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id)
            task = before.sign(StaffId(actor.id), now=tx.now)
            await self.ports.plan_tasks.save(task, expecting=command.expected_version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(sign, by=actor, action="sign_plan_task", returns=Changed, request=request)
