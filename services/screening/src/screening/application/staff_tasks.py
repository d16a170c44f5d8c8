"""Opening a task for humans. Invariant: one open task per kind and reference, however often it is asked for."""

from datetime import datetime, timedelta

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import PatientId, TaskId
from screening.domain.tasks import StaffTask, TaskKind


async def open_task(
    kind: TaskKind, ref: str, patient_id: PatientId | None, *, within: timedelta, tx: Transaction, ports: Ports
) -> None:
    """Make sure the task is open."""
    if await ports.tasks.open_for(kind, ref, of=patient_id) is None:
        await _add(kind, ref, patient_id, due_at=tx.now + within, tx=tx, ports=ports)


async def open_anew(
    kind: TaskKind, ref: str, patient_id: PatientId, *, within: timedelta, tx: Transaction, ports: Ports
) -> None:
    """There is more to see to than the open task, if there is one, was about: nobody does what they have not seen. What
    was due stays due at its time.
    """
    before, due_at = await ports.tasks.open_for(kind, ref, of=patient_id), tx.now + within
    if before is not None:
        await ports.tasks.save(before.superseded(now=tx.now), expecting=before.version, tx=tx)
        due_at = min(due_at, before.due_at)
    await _add(kind, ref, patient_id, due_at=due_at, tx=tx, ports=ports)


async def _add(
    kind: TaskKind, ref: str, patient_id: PatientId | None, *, due_at: datetime, tx: Transaction, ports: Ports
) -> None:
    task = StaffTask(
        id=TaskId(tx.new_id()),
        kind=kind,
        ref=ref,
        patient_id=patient_id,
        opened_at=tx.now,
        due_at=due_at,
    )
    await ports.tasks.add(task, tx)
