"""Store calls that must not join the transaction they happen to be made in.

Invariant: what runs here sees no bound session, so it commits by itself and survives an abort around it: data keys,
which a later try must find again, and audit entries of reads and denials.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pymongo

T = TypeVar("T")

TIMEOUT_SECONDS = 5.0


async def outside_transaction(call: Callable[[], Awaitable[T]]) -> T:
    """Awaits `call()` in a context of its own: no session is bound there, and it has its own time limit."""

    async def alone() -> T:
        with pymongo.timeout(TIMEOUT_SECONDS):
            return await call()

    return await asyncio.get_running_loop().create_task(alone(), context=contextvars.Context())
