"""Soon nobody will be on call: somebody must draw the rota on."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.tasks import TaskKind


async def report_rota_gap(rota_id: str, tx: Transaction, ports: Ports) -> None:
    """Opens one task per gap; does nothing when the rota has been drawn on."""
    rota = await ports.rotas.current()
    covers = ports.policy.staff.rota_covers.length
    due_at = rota.gap_due_at(covers) if rota else None
    if rota is None or due_at is None or tx.now < due_at:
        return
    await open_task(TaskKind.ROTA_GAP, rota_id, None, within=covers, tx=tx, ports=ports)
    await ports.rotas.save(rota.gap_reported_once(), expecting=rota.version, tx=tx)
