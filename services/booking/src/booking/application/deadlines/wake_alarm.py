"""An address of the desk's is named that there was not when something began to wait there: the desk is told now."""

from datetime import datetime

from booking.application.alarming import DeskAlarm
from booking.application.ports import Ports
from booking.domain.ids import AlarmId
from careflow_service.work import Transaction


async def next_waking(ports: Ports) -> tuple[datetime, str] | None:
    return await DeskAlarm(ports).next_to_wake()


async def wake_alarm(alarm_id: str, tx: Transaction, ports: Ports) -> None:
    """It is due from now on, or over where somebody has seen to it meanwhile."""
    before = await ports.alarms.get(AlarmId(alarm_id))
    if before.waits_since is None:
        return
    waits = await DeskAlarm(ports).waits(before)
    await ports.alarms.save(before.woken(waits=waits, now=tx.now), expecting=before.version, tx=tx)
