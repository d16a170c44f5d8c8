"""Soon nobody will be on call: somebody must draw the rota on. Whoever does not is told once more nearer to it."""

from datetime import timedelta

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.tasks import TaskKind

NO_TIME = timedelta()


async def report_rota_gap(rota_id: str, tx: Transaction, ports: Ports) -> None:
    """Makes sure that the task about the rota is open, due when the gap begins; does nothing when the rota has been
    drawn on.
    """
    before = await ports.rotas.current()
    if before is None:
        return
    rota, gap = before.telling_of_gaps(ports.policy.staff.gap_told_before, now=tx.now)
    if rota is before:
        return
    if gap is not None:
        within = max(gap.starts_at - tx.now, NO_TIME)
        await open_task(TaskKind.ROTA_GAP, rota_id, None, within=within, tx=tx, ports=ports)
    await ports.rotas.save(rota, expecting=before.version, tx=tx)
