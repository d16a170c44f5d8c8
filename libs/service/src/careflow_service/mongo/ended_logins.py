"""Logins before pages that somebody ended, in `_ended_logins`: `{_id, expires_at}`.

Invariant: `_id` is a number that a sealed cookie alone says, and whose login it was is not told. It is kept for as long
as that cookie would count.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.mongo.client import Database

ENDED_LOGINS: Final = "_ended_logins"


class EndedLogins:
    """See `careflow_service.pages.logins.Ended`: for all processes of a service."""

    def __init__(self, database: Database) -> None:
        self._stored = database.get_collection(
            ENDED_LOGINS, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority")
        )

    async def add(self, number: str, until: datetime) -> None:
        await self._stored.update_one({"_id": number}, {"$set": {"expires_at": until}}, upsert=True)

    async def has(self, number: str) -> bool:
        return await self._stored.find_one({"_id": number}, {"_id": 1}) is not None
