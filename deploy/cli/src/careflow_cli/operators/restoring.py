"""Following a restore to its end: the service's worker takes up what its topics hold, then the fence falls.

Invariant: who stops following it does not stop it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator

POLL: Final = 0.5  # seconds
PATIENCE: Final = 600.0
"""Seconds: a worker reads its topics whole, and says nothing meanwhile."""


async def follow(operator: Operator, service: str, say: Callable[[str], None]) -> Answer:
    """The restore once the service goes on. Raises CareflowError when that takes too long to wait for."""
    started = time.monotonic()
    while (restore := await operator.get(service, "restore"))["fenced_since"] is not None:
        if time.monotonic() - started > PATIENCE:
            raise CareflowError(
                f"{service} was not finished after {PATIENCE:.0f} s; it goes on while a worker of it runs "
                f"(careflow restore status {service})"
            )
        say(f"{restore['orphans']} orphans in {restore['streams']} streams")
        await asyncio.sleep(POLL)
    return restore
