"""Looks through what is booked with somebody, or in a room, of whom something has changed: a deadline, fired by
`timers`.
"""

from datetime import datetime

from booking.application.fitness import Fitness
from booking.application.ports import Ports
from booking.domain.ids import FitnessCheckId
from careflow_service.work import Transaction


async def next_check(ports: Ports) -> tuple[datetime, str] | None:
    """Which is to go on next."""
    return await ports.fitness_checks.next_due()


async def check_visits(check_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing once all is looked through."""
    check = await ports.fitness_checks.get(FitnessCheckId(check_id))
    if check.due_at is not None and check.due_at <= tx.now:
        await Fitness(ports).look_on(check, tx)
