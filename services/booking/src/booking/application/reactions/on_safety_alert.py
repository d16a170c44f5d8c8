"""Reactions to safety alerts: while one is open, no dose is booked."""

from booking.application.care_path_reactions import reacting
from booking.application.ports import Ports
from booking.domain.care_path import SafetyAlert
from booking.domain.ids import AlertId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_safety_alert_raised(event: Received[contracts.SafetyAlertRaised], tx: Transaction, ports: Ports) -> None:
    alert = SafetyAlert(AlertId(event.data.alert_id), event.data.respond_by)
    await reacting(event, tx, ports, lambda path: path.alert_raised(alert, now=tx.now))


async def on_safety_alert_upgraded(
    event: Received[contracts.SafetyAlertUpgraded], tx: Transaction, ports: Ports
) -> None:
    alert = SafetyAlert(AlertId(event.data.alert_id), event.data.respond_by)
    await reacting(event, tx, ports, lambda path: path.alert_raised(alert, now=tx.now))


async def on_safety_alert_closed(event: Received[contracts.SafetyAlertClosed], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.alert_closed(AlertId(event.data.alert_id), now=tx.now))
