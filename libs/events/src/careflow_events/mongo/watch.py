"""A hint for the relay: a change stream that says "something was written to the outbox".

Invariant: a hint may be missing, late or false. Where change streams are not to be had, the relay polls.
"""

import asyncio
from contextlib import suppress
from typing import Final

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from careflow_events.mongo.collections import Document, collection

_INSERTS: Final[list[Document]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]
_TRY_AGAIN_SECONDS: Final = 5.0


class OutboxWatch:
    """The `Hint` port; `run` must be running for hints to come."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._outbox = collection(database, "_outbox")
        self._written = asyncio.Event()

    async def run(self) -> None:
        """Watches until cancelled; waits and starts over when the change stream breaks."""
        while True:
            with suppress(PyMongoError):
                async with await self._outbox.watch(_INSERTS) as changes:
                    self._written.set()
                    async for _ in changes:
                        self._written.set()
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def wait(self, seconds: float) -> None:
        """See `careflow_events.relay.Hint.wait`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._written.wait(), seconds)
        self._written.clear()
