"""The desk is told of an urgent inquiry that nobody sees to: an effect, performed by `timers`.

Handed on and not yet recorded when the process died, it goes out once more: with the same id, by which programs for
mail and the gateway know it again.
"""

from booking.application.alarming import DeskAlarm
from booking.application.ports import Ports
from booking.domain.alarms import AlarmAttempt
from booking.domain.ids import AlarmId
from careflow_service.work import Transaction


async def next_alarm(ports: Ports) -> str | None:
    """The alarm that may be attempted now."""
    due = await ports.alarms.next_due()
    return due[1] if due and due[0] <= ports.clock() else None


async def ring(alarm_id: str, ports: Ports) -> AlarmAttempt:
    """Hand it on, where the inquiry waits still."""
    return await DeskAlarm(ports).ring(await ports.alarms.get(AlarmId(alarm_id)))


async def settle_alarm(alarm_id: str, attempt: AlarmAttempt, tx: Transaction, ports: Ports) -> None:
    """Record what became of it, and when the desk is told again."""
    before = await ports.alarms.get(AlarmId(alarm_id))
    after = before.attempted(attempt, ports.policy, now=tx.now)
    if after is not before:
        await ports.alarms.save(after, expecting=before.version, tx=tx)
