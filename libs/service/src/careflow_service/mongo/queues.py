"""Who lost against another at one document goes one after another from then on, within this process.

Only the store decides who wins. Without queues, though, many who change one thing would all try at once, again and
again, and most would run out of time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Queues:
    """One queue for each place anybody waits at; a queue without anybody in it does not exist."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turns(self, places: Collection[str]) -> AsyncIterator[None]:
        """Waits for one's turn at these places, in their order so that nobody waits in a circle."""
        async with AsyncExitStack() as taken:
            for place in sorted(places):
                await taken.enter_async_context(self._queues.setdefault(place, asyncio.Lock()))
            yield
