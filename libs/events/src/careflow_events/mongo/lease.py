"""Leases in `_leases`, judged by the store's clock: `hello().localTime` is read first and compared in a plain range
query. The reading is older than the write it leads to, so a lease is never seen as expired too early.

Invariant: a lease is changed in a transaction. A holder that died while it marked leaves the lease locked until the
store gives its transaction up, after as much as a minute; a plain write would wait for that inside the server, a
transaction is refused at once. A holder that says in which session it writes is not waited for: whoever is next has
the store give up what is in flight there, which also ends the write of one that hangs and wakes up later.
"""

from contextlib import suppress
from datetime import timedelta

from bson.binary import Binary
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.lease import Grant
from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.store_time import store_time

_WRITE_CONFLICT = 112


class MongoLeases:
    """The `Leases` port on one service's database. Not for use inside a unit of work."""

    def __init__(self, database: AsyncDatabase[Document], writes: AsyncClientSession | None = None) -> None:
        """`writes` is the session of all that is written under the leases taken here."""
        self._writes = writes
        self._database = database
        self._leases = collection(database, "_leases")

    async def take(self, name: str, holder: str, ttl: timedelta) -> Grant | None:
        """See `careflow_events.lease.Leases.take`."""
        now = await store_time(self._database)
        known = await self._leases.find_one({"_id": name})
        if known is None:
            free = {"holder": None, "epoch": 0, "expires_at": now}
            await self._leases.update_one({"_id": name}, {"$setOnInsert": free}, upsert=True)
        elif known["holder"] != holder and known["expires_at"] > now:
            return None
        else:
            await self._give_up(known.get("session"))
        session = None if self._writes is None else self._writes.session_id["id"]
        lease = await self._change(
            {"_id": name, "$or": [{"expires_at": {"$lte": now}}, {"holder": holder}]},
            {"$set": {"holder": holder, "expires_at": now + ttl, "session": session}, "$inc": {"epoch": 1}},
        )
        return None if lease is None else Grant(name, holder, lease["epoch"])

    async def renew(self, grant: Grant, ttl: timedelta) -> bool:
        """See `careflow_events.lease.Leases.renew`."""
        now = await store_time(self._database)
        return await self._change(_current(grant), {"$set": {"expires_at": now + ttl}}) is not None

    async def release(self, grant: Grant) -> None:
        """See `careflow_events.lease.Leases.release`."""
        now = await store_time(self._database)
        await self._change(_current(grant), {"$set": {"holder": None, "expires_at": now}})

    async def _give_up(self, session: Binary | None) -> None:
        """What is in flight in the last holder's session is undone. Everybody may end sessions of their own account; a
        store that refuses ends it in its own time.
        """
        if session is not None:
            with suppress(OperationFailure):
                await self._database.client.admin.command("killSessions", [{"id": session}])

    async def _change(self, query: Document, update: Document) -> Document | None:
        """The lease as changed; None when none matches, or while a transaction has it locked."""
        try:
            async with (
                self._database.client.start_session() as session,
                await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True)),
            ):
                changed: Document | None = await self._leases.find_one_and_update(
                    query, update, return_document=ReturnDocument.AFTER, session=session
                )
                return changed
        except OperationFailure as error:
            if error.code != _WRITE_CONFLICT:
                raise
            return None


def _current(grant: Grant) -> Document:
    return {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch}
