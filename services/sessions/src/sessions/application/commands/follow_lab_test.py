"""A laboratory test of a plan goes on: its sample was taken, a result came, a prescriber has read it."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import StaffId, TaskId
from sessions.domain.plan_task_terms import LabResult


@dataclass(frozen=True, slots=True)
class RecordSample:
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class RecordResult:
    """`abnormal` is what the laboratory, or whoever enters it, says of it."""

    task_id: TaskId
    abnormal: bool = field(repr=False)
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """Every result of the version that was read."""

    task_id: TaskId
    conclusion: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordSampleHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordSample, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found`, and what `PlanTask.sampled` refuses."""

        async def record(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id)
            task = before.sampled(StaffId(actor.id), days=self.ports.task_days, now=tx.now)
            await self.ports.plan_tasks.save(task, expecting=before.version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(record, by=actor, action="record_sample", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class RecordResultHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordResult, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found`, `not_labs`."""

        async def record(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id)
            result = LabResult(abnormal=command.abnormal, summary=command.summary, by=StaffId(actor.id), at=tx.now)
            task = before.resulted(result, days=self.ports.task_days)
            await self.ports.plan_tasks.save(task, expecting=before.version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(record, by=actor, action="record_result", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class ReviewResultHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReviewResult, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_task_not_found`, `no_result`."""

        async def review(tx: Transaction) -> Changed:
            before = await self.ports.plan_tasks.get(command.task_id)
            task = before.reviewed(command.conclusion, by=StaffId(actor.id), now=tx.now)
            await self.ports.plan_tasks.save(task, expecting=command.expected_version, tx=tx)
            return Changed(task.id, task.version)

        return await self.work.run(review, by=actor, action="review_result", returns=Changed, request=request)
