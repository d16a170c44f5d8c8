"""One aggregate type in one collection, one document each: `{_id, version, guard, <open fields>, body}`.

The body is the whole aggregate, plain or encrypted with its owner's key; open fields exist for queries and indexes
only and hold nothing personal. Invariants: a document changes only from the version a decision was made on, and never
by an upsert on a version; writing an aggregate records its facts and names it in the audit entry of the transaction.
Inside `Work.run` every call joins the transaction; outside, reads are single operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic

from bson.binary import Binary

from careflow_service.deadlines import set_aside
from careflow_service.errors import BodyBroken, DocumentMissing, StaleVersion
from careflow_service.listed import Listed
from careflow_service.mongo.bodies import A, Bodies
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.paging import Sort, both, cursor_at, position_in, stretches_behind, total
from careflow_service.mongo.vault import Vault
from careflow_service.work import Transaction

_OWN_FIELDS = frozenset({"_id", "version", "guard", "body"})
_BEFORE_EVERYTHING = datetime(1, 1, 1, tzinfo=UTC)


def _no_fields(_: object) -> Mapping[str, object]:
    return {}


class Documents(Generic[A]):
    """The documents of one aggregate type, as a service's adapters use them."""

    def __init__(
        self,
        database: Database,
        name: str,
        aggregate: type[A],
        *,
        fields: Callable[[A], Mapping[str, object]] = _no_fields,
        owner: Callable[[A], str] | None = None,
        vault: Vault | None = None,
    ) -> None:
        """`fields` gives the open fields of an aggregate, always the same ones. With `owner` the body is encrypted
        with that owner's key, and `vault` is needed. Raises ValueError when only one of the two is given."""
        if (owner is None) != (vault is None):
            raise ValueError("an encrypted body needs both an owner and a vault")
        self._collection = database[name]
        self._name = name
        self._bodies = Bodies(aggregate)
        self._fields = fields
        self._owner = owner
        self._vault = vault

    async def get(self, id: str) -> A:  # noqa: A002 - the aggregate's own word
        """The aggregate `id`. Raises DocumentMissing."""
        found = await self.find(id)
        if found is None:
            raise DocumentMissing
        return found

    async def find(self, id: str) -> A | None:  # noqa: A002 - the aggregate's own word
        """The aggregate `id`, or None."""
        return await self.one(_id=id)

    async def one(self, **fields: object) -> A | None:
        """The aggregate with these open fields, which together are unique, or None."""
        document = await self._collection.find_one(fields)
        return None if document is None else await self._load(document)

    async def many(
        self, query: Mapping[str, Any], *, sort: Sort = (("_id", 1),), limit: int, after: str | None = None
    ) -> list[A]:
        """Up to `limit` aggregates that match open fields, in the order of `sort`, behind the cursor `after`.

        The query and the sort need an index that has the query's equalities first and then the sort fields and `_id`.
        Raises CursorBroken.
        """
        if limit < 1:
            raise ValueError("a page has at least one item")
        order = total(sort)
        stretches = [{}] if after is None else stretches_behind(position_in(after, sort), sort)
        found: list[A] = []
        for stretch in stretches:
            cursor = self._collection.find(both(query, stretch), sort=order, limit=limit - len(found))
            found.extend([await self._load(document) async for document in cursor])
            if len(found) == limit:
                break
        return found

    async def page(
        self, query: Mapping[str, Any], *, sort: Sort = (("_id", 1),), limit: int, after: str | None
    ) -> Listed[A]:
        """As `many`, with the cursor of the page behind it: one more is read to know whether there is another. Raises
        CursorBroken.
        """
        found = await self.many(query, sort=sort, limit=limit + 1, after=after)
        items = tuple(found[:limit])
        return Listed(items, self.cursor(items[-1], sort) if len(found) > limit else None)

    def cursor(self, last: A, sort: Sort = (("_id", 1),)) -> str:
        """The cursor of the page behind `last`, for `many` with the same sort."""
        return cursor_at({**self._fields(last), "_id": str(last.id)}, sort)

    async def earliest(self, field: str, query: Mapping[str, Any] | None = None) -> tuple[datetime, str] | None:
        """The smallest instant in open field `field` and the id it belongs to; for deadlines, which leave out the ids
        set aside after a failure. `query` narrows by equality on the fields that precede `field` in its index."""
        aside = set_aside()
        due = self._collection.find(
            {**(query or {}), field: {"$gt": _BEFORE_EVERYTHING}},
            projection={field: 1},
            sort=[(field, 1)],
            limit=len(aside) + 1,
        )
        async for document in due:
            if document["_id"] not in aside:
                return document[field], document["_id"]
        return None

    async def add(self, aggregate: A, tx: Transaction) -> None:
        """Stores a new aggregate. A taken id or unique open field ends the transaction: read first."""
        await self._collection.insert_one(await self._document(aggregate))
        self._written(aggregate, tx)

    async def ensure(self, aggregate: A) -> bool:
        """Stores the aggregate unless one with its id is there already; True when it was new. For rows made beforehand
        (calendar days, seeds): nothing is published or audited, so it must carry no facts."""
        if aggregate.facts:
            raise ValueError("what is made beforehand has no facts to publish")
        document = await self._document(aggregate)
        made = await self._collection.update_one({"_id": document["_id"]}, {"$setOnInsert": document}, upsert=True)
        return made.upserted_id is not None

    async def save(self, aggregate: A, *, expecting: int, tx: Transaction) -> None:
        """Replaces the aggregate, which was at version `expecting` when the change was decided. Raises StaleVersion,
        also for a version that does not exist yet: `expecting` may be what a client claims to have seen.
        """
        if aggregate.version <= expecting:
            raise StaleVersion
        document = await self._document(aggregate)
        result = await self._collection.replace_one({"_id": document["_id"], "version": expecting}, document)
        if result.matched_count == 0:
            raise StaleVersion
        self._written(aggregate, tx)

    async def guard(self, aggregate: A, tx: Transaction) -> None:
        """Makes a decision that rests on `aggregate` without changing it collide with everything that changes it.

        Under snapshot isolation a document that was only read may be overtaken by another commit (write skew); raising
        its guard counter on the version that was read is a write, so one of the two runs again. Raises StaleVersion.
        """
        result = await self._collection.update_one(
            {"_id": str(aggregate.id), "version": aggregate.version}, {"$inc": {"guard": 1}}
        )
        if result.matched_count == 0:
            raise StaleVersion
        tx.touched(f"guard:{self._name}/{aggregate.id}@{aggregate.version}")

    def _written(self, aggregate: A, tx: Transaction) -> None:
        tx.record(aggregate.facts)
        tx.touched(f"{self._name}/{aggregate.id}@{aggregate.version}")

    async def _document(self, aggregate: A) -> Document:
        fields = self._fields(aggregate)
        if clash := _OWN_FIELDS & fields.keys():
            raise ValueError(f"open fields must not be called {', '.join(sorted(clash))}")
        body = await self._sealed_body(aggregate)
        return {"_id": str(aggregate.id), "version": aggregate.version, "guard": 0, **fields, "body": body}

    async def _sealed_body(self, aggregate: A) -> object:
        if self._owner is None or self._vault is None:
            return self._bodies.to_document(aggregate)
        return await self._vault.encrypt(self._owner(aggregate), self._bodies.to_bytes(aggregate))

    async def _load(self, document: Document) -> A:
        body = document["body"]
        if self._vault is None:
            aggregate = self._bodies.from_document(body)
        elif isinstance(body, Binary):
            aggregate = self._bodies.from_bytes(await self._vault.decrypt(body))
        else:
            raise BodyBroken("a body that must be encrypted is not")
        if (str(aggregate.id), aggregate.version) != (document["_id"], document["version"]):
            raise BodyBroken("a stored body belongs to another document or version")
        return aggregate
