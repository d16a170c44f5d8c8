"""Reactions to what screening decides: booking's copy of the clearance."""

from collections.abc import Callable

from booking.application.care_path_reactions import reacting
from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.clearance import Clearance, ClearanceStatus
from booking.domain.ids import ClearanceId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_clearance_granted(event: Received[contracts.ClearanceGranted], tx: Transaction, ports: Ports) -> None:
    data = event.data
    clearance = Clearance(
        ClearanceId(data.clearance_id), ClearanceStatus.VALID, data.valid_until, conditional=data.conditional
    )
    await reacting(event, tx, ports, lambda path: path.cleared(clearance, now=tx.now))


async def on_clearance_denied(event: Received[contracts.ClearanceDenied], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.denied(now=tx.now))


async def on_clearance_deferred(event: Received[contracts.ClearanceDeferred], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.deferred(event.data.until, now=tx.now))


async def on_clearance_extended(event: Received[contracts.ClearanceExtended], tx: Transaction, ports: Ports) -> None:
    data = event.data
    await reacting(
        event,
        tx,
        ports,
        lambda path: path.clearance_extended(ClearanceId(data.clearance_id), data.valid_until, now=tx.now),
    )


async def on_clearance_suspended(event: Received[contracts.ClearanceSuspended], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, _became(ClearanceStatus.SUSPENDED, event.data, tx))


async def on_clearance_reinstated(
    event: Received[contracts.ClearanceReinstated], tx: Transaction, ports: Ports
) -> None:
    await reacting(event, tx, ports, _became(ClearanceStatus.VALID, event.data, tx))


async def on_clearance_revoked(event: Received[contracts.ClearanceRevoked], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, _became(ClearanceStatus.REVOKED, event.data, tx))


async def on_clearance_expired(event: Received[contracts.ClearanceExpired], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, _became(ClearanceStatus.EXPIRED, event.data, tx))


async def on_clearance_expiring(event: Received[contracts.ClearanceExpiring], tx: Transaction, ports: Ports) -> None:
    data = event.data
    await reacting(
        event,
        tx,
        ports,
        lambda path: path.clearance_expiring(ClearanceId(data.clearance_id), data.days_left, now=tx.now),
    )


def _became(status: ClearanceStatus, data: contracts.ClearanceEvent, tx: Transaction) -> Callable[[CarePath], CarePath]:
    return lambda path: path.clearance_became(ClearanceId(data.clearance_id), status, data.valid_until, now=tx.now)
