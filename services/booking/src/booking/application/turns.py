"""Who books on the same date goes one after another within this process.

Only the store decides who gets a time. Without turns, though, two hundred who want the same one would all try at once,
collide in the store and try again, and most would run out of time before they were told that it is taken.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Final
from weakref import WeakValueDictionary

from careflow_service.errors import StoreBusy

LONGEST_WAIT_SECONDS: Final = 30.0
"""Whoever waits longer is told to come back; nothing was changed."""


class Turns:
    """One queue for each date anybody is booking on; a queue without anybody in it does not exist."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[date, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def taking(self, *days: date) -> AsyncIterator[None]:
        """Waits for one's turn on these dates, the earliest first so that nobody waits in a circle. Raises
        StoreBusy.
        """
        async with AsyncExitStack() as taken:
            for day in sorted(set(days)):
                await taken.enter_async_context(self._taking(day))
            yield

    @asynccontextmanager
    async def _taking(self, day: date) -> AsyncIterator[None]:
        queue = self._queues.setdefault(day, asyncio.Lock())
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await queue.acquire()
        except TimeoutError:
            raise StoreBusy from None
        try:
            yield
        finally:
            queue.release()
