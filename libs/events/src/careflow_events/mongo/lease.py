"""Leases in `_leases`, judged by the store's clock: `hello().localTime` is read first and compared in a plain range
query. The reading is older than the write it leads to, so a lease is never seen as expired too early.
"""

from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.lease import Grant
from careflow_events.mongo.collections import Document, collection


class MongoLeases:
    """The `Leases` port on one service's database. Not for use inside a unit of work."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._leases = collection(database, "_leases")

    async def take(self, name: str, holder: str, ttl: timedelta) -> Grant | None:
        """See `careflow_events.lease.Leases.take`."""
        now = await self._now()
        await self._leases.update_one(
            {"_id": name}, {"$setOnInsert": {"holder": None, "epoch": 0, "expires_at": now}}, upsert=True
        )
        lease = await self._leases.find_one_and_update(
            {"_id": name, "$or": [{"expires_at": {"$lte": now}}, {"holder": holder}]},
            {"$set": {"holder": holder, "expires_at": now + ttl}, "$inc": {"epoch": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return None if lease is None else Grant(name, holder, lease["epoch"])

    async def renew(self, grant: Grant, ttl: timedelta) -> bool:
        """See `careflow_events.lease.Leases.renew`."""
        now = await self._now()
        renewed = await self._leases.update_one(_current(grant), {"$set": {"expires_at": now + ttl}})
        return renewed.matched_count == 1

    async def release(self, grant: Grant) -> None:
        """See `careflow_events.lease.Leases.release`."""
        now = await self._now()
        await self._leases.update_one(_current(grant), {"$set": {"holder": None, "expires_at": now}})

    async def _now(self) -> datetime:
        hello = await self._database.client.admin.command("hello")
        local_time: datetime = hello["localTime"]
        return local_time.replace(tzinfo=UTC) if local_time.tzinfo is None else local_time


def _current(grant: Grant) -> Document:
    return {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch}
