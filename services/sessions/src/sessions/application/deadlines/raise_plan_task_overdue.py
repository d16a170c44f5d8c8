"""A step of a plan's task was not taken in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import TaskId


async def raise_plan_task_overdue(task_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was taken meanwhile."""
    task = await ports.plan_tasks.get(TaskId(task_id))
    await upsert(ports.plan_tasks, task, task.overdue(now=tx.now), tx)
