"""Endpoints, their held streams and the log of their deliveries in the store.

An endpoint's body, with its address and secrets, is encrypted with a key of its own. The log holds no body and no
address: which event, when, what came back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pymongo import IndexModel
from pymongo.read_concern import ReadConcern

from careflow_domain.errors import not_found
from careflow_events.mongo.unit import unit_of_work
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.paging import cursor_at, page_of
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from careflow_service.webhooks.endpoints import Endpoint, HeldStream, State

ENDPOINTS: Final = "_webhooks"
HELD: Final = "_webhook_streams"
DELIVERIES: Final = "_webhook_deliveries"

WEBHOOK_INDEXES: Final[tuple[tuple[str, IndexModel], ...]] = (
    (ENDPOINTS, IndexModel([("account", 1), ("_id", 1)], name="account")),
    (ENDPOINTS, IndexModel([("told", 1)], name="told", partialFilterExpression={"told": True})),
    (ENDPOINTS, IndexModel([("state", 1)], name="disabled", partialFilterExpression={"state": "disabled"})),
    (HELD, IndexModel([("endpoint", 1), ("attempt_at", 1)], name="due")),
    (HELD, IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0)),
    (DELIVERIES, IndexModel([("endpoint", 1), ("_id", 1)], name="endpoint")),
    (DELIVERIES, IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0)),
)
RELEASED_KEPT: Final = timedelta(days=1)
_NEWEST_FIRST: Final = (("_id", -1),)
_ANY: Final = datetime(1, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What was delivered."""

    EVENT = "event"
    REPLAY = "replay"
    TEST = "test"


class Result(StrEnum):
    """What became of an attempt: a 2xx, another status, or no answer."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNREACHED = "unreached"


_OF_RESULT: Final[Mapping[Result, Document]] = {
    Result.TAKEN: {"status": {"$gte": 200, "$lt": 300}},
    Result.REFUSED: {"$or": [{"status": {"$lt": 200}}, {"status": {"$gte": 300}}]},
    Result.UNREACHED: {"status": None},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which attempts are asked for; None of a field for any. From `since` and before `until`."""

    result: Result | None = None
    status: int | None = None
    event_type: str | None = None
    event_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def query(self) -> Document:
        """As the store's filter."""
        named = {"event_type": self.event_type, "event_id": self.event_id, "status": self.status}
        wanted: Document = {field: value for field, value in named.items() if value is not None}
        if self.result is not None:
            wanted["$and"] = [_OF_RESULT[self.result]]
        times = {"$gte": self.since, "$lt": self.until}
        within = {bound: at for bound, at in times.items() if at is not None}
        return wanted | ({"at": within} if within else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. `number` counts those at the same event of its stream; `status` is what came back, `unreached` why
    nothing did.
    """

    id: str
    endpoint: str
    kind: Kind
    event_id: str
    event_type: str
    number: int
    at: datetime
    milliseconds: int
    status: int | None
    unreached: str | None


class Endpoints(Stored[Endpoint]):
    """The endpoints of a service."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database, ENDPOINTS, Endpoint, fields=_endpoint_fields, owner=lambda endpoint: endpoint.id, vault=vault
        )
        super().__init__(documents, lambda: not_found("webhook"))
        self._collection = database.get_collection(ENDPOINTS, read_concern=ReadConcern("majority"))

    async def of_account(self, account: str, *, limit: int, after: str | None = None) -> Listed[Endpoint]:
        """Those an account has, the oldest first. Raises CursorBroken."""
        return await self._documents.page({"account": account, "deleted": False}, limit=limit, after=after)

    async def all(self, *, limit: int, after: str | None = None) -> Listed[Endpoint]:
        """Those of all accounts. Raises CursorBroken."""
        return await self._documents.page({"deleted": False}, limit=limit, after=after)

    async def versions(self) -> dict[str, int]:
        """At which version each is that there is something to tell."""
        found = self._collection.find({"told": True}, {"version": 1})
        return {document["_id"]: document["version"] async for document in found}

    async def disabled(self) -> int:
        """How many are disabled."""
        return await self._collection.count_documents({"state": State.DISABLED.value})


class HeldStreams(Stored[HeldStream]):
    """The streams that are held."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, HELD, HeldStream, fields=_held_fields, owner=lambda held: held.endpoint)
        super().__init__(documents, lambda: not_found("held_stream"))
        self._collection = database.get_collection(HELD, read_concern=ReadConcern("majority"))

    async def due(self, endpoint: str, now: datetime, *, limit: int) -> list[HeldStream]:
        """Those whose next attempt may be made, the longest due first."""
        query = {"endpoint": endpoint, "attempt_at": {"$lte": now}}
        return await self._documents.looked.many(query, sort=(("attempt_at", 1),), limit=limit)

    async def among(self, endpoint: str, streams: Collection[str]) -> set[str]:
        """Which of these streams are held."""
        ids = {HeldStream.id_of(endpoint, stream): stream for stream in streams}
        found = self._collection.find({"_id": {"$in": sorted(ids)}, "attempt_at": {"$gt": _ANY}}, {"_id": 1})
        return {ids[document["_id"]] async for document in found}

    async def all_of(self, endpoint: str, *, limit: int, after: str | None = None) -> Listed[HeldStream]:
        """All that are held for an endpoint. Raises CursorBroken."""
        query = {"endpoint": endpoint, "attempt_at": {"$gt": _ANY}}
        return await self._documents.page(query, sort=(("attempt_at", 1),), limit=limit, after=after)

    async def later(self, endpoint: str, now: datetime, *, limit: int) -> list[HeldStream]:
        """Those whose next attempt is still waited for; to be changed by the unit of work one is in."""
        query = {"endpoint": endpoint, "attempt_at": {"$gt": now}}
        return await self._documents.many(query, of=endpoint, sort=(("attempt_at", 1),), limit=limit)

    async def endpoints_due(self, endpoints: Collection[str], now: datetime) -> set[str]:
        """Which of these endpoints have any that is due."""
        if not endpoints:
            return set()
        query = {"endpoint": {"$in": sorted(endpoints)}, "attempt_at": {"$lte": now}}
        return set(await self._collection.distinct("endpoint", query))


class Deliveries:
    """The log."""

    def __init__(self, database: Database, *, kept: timedelta) -> None:
        self._collection = database.get_collection(DELIVERIES, read_concern=ReadConcern("majority"))
        self._kept = kept

    def note(self, deliveries: Iterable[Delivery]) -> None:
        """With the commit of the unit of work one is in."""
        for each in deliveries:
            unit_of_work().insert(DELIVERIES, _logged(each, each.at + self._kept))

    async def of(self, endpoint: str, wanted: Wanted, *, limit: int, after: str | None = None) -> Listed[Delivery]:
        """An endpoint's that are wanted, the newest first. Raises CursorBroken."""
        query = {"endpoint": endpoint, **wanted.query()}
        found = await page_of(self._collection, query, sort=_NEWEST_FIRST, limit=limit + 1, after=after)
        items = tuple(_read(document) for document in found[:limit])
        following = (
            cursor_at({"_id": items[-1].id}, _NEWEST_FIRST, of=self._collection.name) if len(found) > limit else None
        )
        return Listed(items, following)


def _endpoint_fields(endpoint: Endpoint) -> Mapping[str, object]:
    return {
        "account": endpoint.account,
        "state": endpoint.state.value,
        "deleted": endpoint.state is State.DELETED,
        "told": endpoint.is_active or endpoint.test is not None,
    }


def _held_fields(held: HeldStream) -> Mapping[str, object]:
    released = held.attempt_at is None
    return {
        "endpoint": held.endpoint,
        "attempt_at": held.attempt_at,
        "expires_at": held.since + RELEASED_KEPT if released else None,
    }


def _logged(delivery: Delivery, expires_at: datetime) -> Document:
    return {
        "_id": delivery.id,
        "endpoint": delivery.endpoint,
        "kind": delivery.kind.value,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "number": delivery.number,
        "at": delivery.at,
        "milliseconds": delivery.milliseconds,
        "status": delivery.status,
        "unreached": delivery.unreached,
        "expires_at": expires_at,
    }


def _read(document: Mapping[str, Any]) -> Delivery:
    return Delivery(
        id=document["_id"],
        endpoint=document["endpoint"],
        kind=Kind(document["kind"]),
        event_id=document["event_id"],
        event_type=document["event_type"],
        number=document["number"],
        at=document["at"],
        milliseconds=document["milliseconds"],
        status=document["status"],
        unreached=document["unreached"],
    )
