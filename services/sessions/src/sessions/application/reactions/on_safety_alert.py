"""Reactions to safety alerts: every open one holds dosing until a human has closed it, as it does in booking."""

from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports
from sessions.domain.ids import AlertId


async def on_safety_alert(
    event: Received[contracts.SafetyAlertRaised]
    | Received[contracts.SafetyAlertUpgraded]
    | Received[contracts.SafetyAlertJoined],
    tx: Transaction,
    ports: Ports,
) -> None:
    """Raised, more urgent than before, or with more said: what a prescriber signed before covers none of it. A low one,
    too, is reviewed before the next step.
    """
    data = event.data
    await noting(data.patient_id, tx, ports, lambda each: each.alert_raised(AlertId(data.alert_id), tx.now))


async def on_safety_alert_closed(event: Received[contracts.SafetyAlertClosed], tx: Transaction, ports: Ports) -> None:
    data = event.data
    await noting(data.patient_id, tx, ports, lambda each: each.alert_closed(AlertId(data.alert_id)))
