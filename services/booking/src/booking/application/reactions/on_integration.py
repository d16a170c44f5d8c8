"""Reactions to the integration that belongs to a dose: until an overdue one is done, no further dose."""

from typing import TypeVar

from booking.application.care_path_reactions import treating
from booking.application.ports import Ports
from booking.domain.course import Integration, IntegrationStatus
from booking.domain.ids import SessionId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction

E = TypeVar("E", bound=contracts.IntegrationEvent)


async def on_integration_due(event: Received[contracts.IntegrationDue], tx: Transaction, ports: Ports) -> None:
    await _became(IntegrationStatus.DUE, event, tx, ports)


async def on_integration_overdue(event: Received[contracts.IntegrationOverdue], tx: Transaction, ports: Ports) -> None:
    await _became(IntegrationStatus.OVERDUE, event, tx, ports)


async def on_integration_ended(event: Received[contracts.IntegrationEnded], tx: Transaction, ports: Ports) -> None:
    await _became(IntegrationStatus.ENDED, event, tx, ports)


async def on_integration_done(event: Received[contracts.IntegrationDone], tx: Transaction, ports: Ports) -> None:
    await _became(IntegrationStatus.DONE, event, tx, ports)


async def _became(status: IntegrationStatus, event: Received[E], tx: Transaction, ports: Ports) -> None:
    data = event.data
    integration = Integration(SessionId(data.dosing_session_id), data.due_by, status)
    await treating(event, tx, ports, lambda course: course.integration_became(integration))
