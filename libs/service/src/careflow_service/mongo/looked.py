"""The documents of one aggregate type for somebody who only looks at them: nothing that is read here is guarded.

Within a unit of work that is right for what every command of a clinic reads and hardly any changes (rooms,
practitioners, a rota), and for pages, which nobody decides on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, Generic

from bson.binary import Binary
from pymongo.read_concern import ReadConcern

from careflow_service.deadlines import set_aside
from careflow_service.errors import BodyBroken, OwnerErased
from careflow_service.listed import Listed
from careflow_service.mongo.blinding import Blinds
from careflow_service.mongo.bodies import A, Bodies
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.paging import Sort, cursor_at, page_of, total
from careflow_service.mongo.vault import Vault
from careflow_service.oversight import current_oversight

_BATCH: Final = 50
_BEFORE_EVERYTHING: Final = datetime(1, 1, 1, tzinfo=UTC)


def no_fields(_: object) -> Mapping[str, object]:
    """An aggregate without open fields."""
    return {}


class Looked(Generic[A]):
    """The documents of one aggregate type for somebody who only looks at them."""

    def __init__(
        self,
        database: Database,
        name: str,
        aggregate: type[A],
        *,
        fields: Callable[[A], Mapping[str, object]] = no_fields,
        blinds: Blinds,
        owner: Callable[[A], str] | None = None,
        vault: Vault | None = None,
    ) -> None:
        self._collection = database.get_collection(name, read_concern=ReadConcern("majority"))
        self._name = name
        self._bodies = Bodies(aggregate)
        self._fields = fields
        self._blinds = blinds
        self._owner = owner
        self._vault = vault

    async def find(self, id: str) -> A | None:  # noqa: A002 - the aggregate's own word
        """The aggregate `id`, or None."""
        return await self.one(_id=id)

    async def one(self, **fields: object) -> A | None:
        """The aggregate with these open fields, which together are unique, or None."""
        document = await self._collection.find_one(self._blinds.asked(fields))
        return None if document is None else await self.loaded(document)

    async def many(
        self, query: Mapping[str, Any], *, sort: Sort = (("_id", 1),), limit: int, after: str | None = None
    ) -> list[A]:
        """Up to `limit` aggregates that match open fields, in the order of `sort`, behind the cursor `after`.

        The query and the sort need an index that has the query's equalities first and then the sort fields and `_id`.
        Raises CursorBroken.
        """
        if limit < 1:
            raise ValueError("a page has at least one item")
        found = await page_of(self._collection, self._blinds.asked(query), sort=sort, limit=limit, after=after)
        return await self.all_loaded(found)

    async def all(self, query: Mapping[str, Any], *, sort: Sort = (("_id", 1),)) -> list[A]:
        """All aggregates that match open fields, however many, in the order of `sort`; for an index see `many`."""
        found = await self._collection.find(self._blinds.asked(query), sort=total(sort)).to_list()
        return await self.all_loaded(found)

    async def ids(self, query: Mapping[str, Any], *, limit: int) -> list[str]:
        """The ids of up to `limit` aggregates that match open fields; nothing of theirs is decrypted."""
        found = self._collection.find(self._blinds.asked(query), {"_id": 1}, sort=[("_id", 1)], limit=limit)
        return [document["_id"] async for document in found]

    async def every(self, asked: Mapping[str, object]) -> AsyncIterator[A]:
        """All that match what was `Blinds.asked`, by id, however many there are: for whoever reads on while the answer
        is being written. What was there when it began comes once, as it is when its turn comes.
        """
        ids = sorted([document["_id"] async for document in self._collection.find(asked, {"_id": 1})])
        for first in range(0, len(ids), _BATCH):
            batch = {"_id": {"$in": ids[first : first + _BATCH]}}
            found = await self._collection.find(batch, sort=[("_id", 1)]).to_list()
            for aggregate in await self.all_loaded(found):
                yield aggregate

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
        return cursor_at({**self._fields(last), "_id": str(last.id)}, sort, of=self._collection.name)

    async def earliest(self, field: str, query: Mapping[str, Any] | None = None) -> tuple[datetime, str] | None:
        """The smallest instant in open field `field` and the id it belongs to; for deadlines, which leave out the ids
        set aside after a failure. `query` narrows by equality on the fields that precede `field` in its index."""
        aside = set_aside()
        due = self._collection.find(
            {**self._blinds.asked(query or {}), field: {"$gt": _BEFORE_EVERYTHING}},
            projection={field: 1},
            sort=[(field, 1)],
            limit=len(aside) + 1,
        )
        async for document in due:
            if document["_id"] not in aside:
                return document[field], document["_id"]
        return None

    async def loaded(self, document: Document) -> A:
        """The aggregate of a stored document. Raises OwnerErased or BodyBroken."""
        (aggregate,) = await self.all_loaded([document])
        return aggregate

    async def all_loaded(self, documents: Sequence[Document]) -> list[A]:
        """The aggregates of several, in their order. Raises OwnerErased or BodyBroken, if only for one of them."""
        bodies = [document["body"] for document in documents]
        if self._vault is None:
            read = [self._bodies.from_document(body) for body in bodies]
        elif all(isinstance(body, Binary) for body in bodies):
            read = [self._bodies.from_bytes(body) for body in await self._vault.decrypt_several(bodies)]
        else:
            raise BodyBroken("a body that must be encrypted is not")
        for document, aggregate in zip(documents, read, strict=True):
            self._check(document, aggregate)
        return read

    async def all_there(self, documents: Sequence[Document]) -> list[tuple[Document, A]]:
        """Those whose owner is not erased, each with its aggregate. Raises BodyBroken."""
        with suppress(OwnerErased):
            return list(zip(documents, await self.all_loaded(documents), strict=True))
        there = []
        for document in documents:
            with suppress(OwnerErased):
                there.append((document, await self.loaded(document)))
        return there

    def _check(self, document: Document, aggregate: A) -> None:
        """That it is what the document says; whose it is is noted for the call that reads it."""
        if (str(aggregate.id), aggregate.version) != (document["_id"], document["version"]):
            raise BodyBroken("a stored body belongs to another document or version")
        if self._owner is not None and (call := current_oversight()) is not None:
            call.whose[f"{self._name}/{aggregate.id}"] = self._owner(aggregate)
