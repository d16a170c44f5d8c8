"""Opening a task for humans. Invariant: one open task per kind and reference, however often it is asked for."""

from datetime import timedelta

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import PatientId, TaskId
from screening.domain.tasks import StaffTask, TaskKind


async def open_task(
    kind: TaskKind, ref: str, patient_id: PatientId | None, *, within: timedelta, tx: Transaction, ports: Ports
) -> None:
    """Make sure the task is open."""
    if await ports.tasks.open_for(kind, ref, of=patient_id):
        return
    task = StaffTask(
        id=TaskId(tx.new_id()),
        kind=kind,
        ref=ref,
        patient_id=patient_id,
        opened_at=tx.now,
        due_at=tx.now + within,
    )
    await ports.tasks.add(task, tx)
