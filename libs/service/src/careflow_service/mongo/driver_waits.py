"""How the driver waits for a server and for a connection, on Python 3.11.

PyMongo waits on a condition by `asyncio.wait_for`, which before Python 3.12 runs what it waits for in a task of its
own. Whoever is cancelled at the moment their waiting times out leaves that task behind; it takes the lock of the
topology, and nobody gives it back: from then on every operation of the client waits for ever, in a process that says
it is alive. Two reads side by side are enough when the store is away: they time out together, and the first cancels
the other.

Invariant: after `wait_within_the_task`, the task that waits is the one that holds the lock. Goes with Python 3.11.
"""

import asyncio
import sys
from typing import Any, Final

from pymongo.asynchronous import pool, topology

WAITS: Final = "_async_cond_wait"


async def _wait(condition: Any, timeout: float | None) -> bool:  # noqa: ASYNC109 - the driver's signature
    """As PyMongo's own, and as Python 3.12 has it do: False when the time was over."""
    try:
        async with asyncio.timeout(timeout):
            return bool(await condition.wait())
    except TimeoutError:
        return False


def wait_within_the_task() -> None:
    """Has the driver wait so in this process. Raises AttributeError for a driver that waits in another way."""
    if sys.version_info >= (3, 12):
        return
    for module in (pool, topology):
        getattr(module, WAITS)
        setattr(module, WAITS, _wait)
