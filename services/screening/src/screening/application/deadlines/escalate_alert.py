"""Nobody acknowledged an alert in time, or its first page is due: ask the next person on the chain."""

from careflow_service.work import Transaction
from screening.application.concerns import ask_on_call
from screening.application.ports import Ports
from screening.domain.ids import AlertId


async def escalate_alert(alert_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when somebody was quicker."""
    before = await ports.alerts.get(AlertId(alert_id))
    alert = await ask_on_call(before, tx, ports)
    if alert is not before:
        await ports.alerts.save(alert, expecting=before.version, tx=tx)
