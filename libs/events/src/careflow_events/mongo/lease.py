"""Leases in `_leases`, judged by the store's clock: `hello().localTime` is read first and compared in a plain range
query. The reading is older than the write it leads to, so a lease is never seen as expired too early. A renewal lets
the store read its clock as it writes.

Invariant: a change of a lease is one command that waits for nobody longer than `NOT_NOW_AFTER`. A holder that died
while it marked leaves the lease locked until the store gives its transaction up, after as much as a minute; whoever
runs into that hears "not now". A holder that says in which session it writes is not waited for: whoever is next has
the store give up what is in flight there, which also ends the write of one that hangs and wakes up later.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from bson.binary import Binary
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure
from pymongo.write_concern import WriteConcern

from careflow_events.lease import Grant, Renewal
from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.store_time import store_time

NOT_NOW_AFTER: Final = timedelta(seconds=1)
"""How long a lease that is locked is waited for inside the store: a mark takes milliseconds. Well below what is left of
a relay's lease when it is renewed.
"""
_TIME_OVER: Final = 50
_LASTING: Final = WriteConcern("majority", j=True)


class MongoLeases:
    """The `Leases` port on one service's database. Not for use inside a unit of work."""

    def __init__(
        self,
        database: AsyncDatabase[Document],
        writes: AsyncClientSession | None = None,
        *,
        not_now_after: timedelta = NOT_NOW_AFTER,
    ) -> None:
        """`writes` is the session of all that is written under the leases taken here."""
        self._writes = writes
        self._database = database
        self._leases = collection(database, "_leases").with_options(write_concern=_LASTING)
        self._wait_ms = _milliseconds(not_now_after)

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
        try:
            lease = await self._change(
                {"_id": name, "$or": [{"expires_at": {"$lte": now}}, {"holder": holder}]},
                {"$set": {"holder": holder, "expires_at": now + ttl, "session": session}, "$inc": {"epoch": 1}},
            )
        except _NotNow:
            return None
        return None if lease is None else Grant(name, holder, lease["epoch"])

    async def renew(self, grant: Grant, ttl: timedelta) -> Renewal:
        """See `careflow_events.lease.Leases.renew`."""
        longer = [{"$set": {"expires_at": {"$add": ["$$NOW", _milliseconds(ttl)]}}}]
        try:
            renewed = await self._change(_current(grant), longer)
        except _NotNow:
            return Renewal.NOT_NOW
        return Renewal.GONE if renewed is None else Renewal.RENEWED

    async def release(self, grant: Grant) -> None:
        """See `careflow_events.lease.Leases.release`."""
        with suppress(_NotNow):
            await self._change(_current(grant), {"$set": {"holder": None}, "$currentDate": {"expires_at": True}})

    async def _give_up(self, session: Binary | None) -> None:
        """What is in flight in the last holder's session is undone. Everybody may end sessions of their own account; a
        store that refuses ends it in its own time.
        """
        if session is not None:
            with suppress(OperationFailure):
                await self._database.client.admin.command("killSessions", [{"id": session}])

    async def _change(self, query: Document, update: Document | list[Document]) -> Document | None:
        """The lease as changed; None when none matches. Raises `_NotNow`."""
        try:
            changed: Document | None = await self._leases.find_one_and_update(
                query, update, return_document=ReturnDocument.AFTER, maxTimeMS=self._wait_ms
            )
        except OperationFailure as error:
            if error.code != _TIME_OVER:
                raise
            raise _NotNow from None
        return changed


class _NotNow(Exception):
    """The lease is locked by a transaction, or the store is slow: whose it is could not be told in time."""


def _current(grant: Grant) -> Document:
    return {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch}


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
