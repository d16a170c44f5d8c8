"""Reactions to safety alerts: every open one from moderate on holds dosing until a human has closed it."""

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports
from sessions.domain.ids import AlertId


async def on_safety_alert(
    event: Received[contracts.SafetyAlertRaised] | Received[contracts.SafetyAlertUpgraded],
    tx: Transaction,
    ports: Ports,
) -> None:
    """Raised, or more urgent than before. A low one is reviewed before the next step and holds nothing by itself."""
    data = event.data
    if data.level is codes.AlertLevel.LOW:
        return
    await noting(data.patient_id, tx, ports, lambda each: each.alert_raised(AlertId(data.alert_id)))


async def on_safety_alert_closed(event: Received[contracts.SafetyAlertClosed], tx: Transaction, ports: Ports) -> None:
    data = event.data
    await noting(data.patient_id, tx, ports, lambda each: each.alert_closed(AlertId(data.alert_id)))
