"""How the driver waits for a server and for a connection, on Python 3.11.

PyMongo 4.20 waits on a condition by `asyncio.wait_for`, which before Python 3.12 runs what it waits for in a task of
its own. Whoever is cancelled just then may leave that task behind with the topology's lock, and from then on every
operation of the client waits for ever, in a process that says it is alive.

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
