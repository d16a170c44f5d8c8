"""Which generation of data keys is written with: the same one for every owner, so that nobody has to ask for it.

What is encrypted names the very key it opens with, so bodies of two generations stand side by side and both are read.
Invariant: in a process the number only rises.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.store_time import store_time
from careflow_service.mongo.client import Database

KEY_GENERATION: Final = "_key_generation"
FIRST: Final = 1
KIND: Final = "data"
"""What a process that says which keys it writes with calls it."""


class Generation:
    """What one process knows of it."""

    def __init__(self, database: Database) -> None:
        self.number = FIRST
        self.since: datetime | None = None
        """When it began; None for the first."""
        self._database = database
        self._stored = database.get_collection(
            KEY_GENERATION, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )

    async def look(self) -> None:
        """Reads it again. Raises what the driver raises while the store is away."""
        stored = await self._stored.find_one({"_id": KIND})
        if stored is not None and stored["number"] > self.number:
            self.number, self.since = stored["number"], stored["since"]

    async def begin_next(self) -> bool:
        """Begins the one behind this; False where somebody else did meanwhile."""
        begun = {"number": self.number + 1, "since": await store_time(self._database)}
        if self.number == FIRST:
            try:
                await self._stored.insert_one({"_id": KIND, **begun})
            except DuplicateKeyError:  # allow duplicate-key: outside of any transaction
                return False
        else:
            done = await self._stored.update_one({"_id": KIND, "number": self.number}, {"$set": begun})
            if done.modified_count != 1:
                return False
        await self.look()
        return True
