"""Reading a list page by page, in the order of an index, without counting or skipping.

Invariant: a page starts right behind the last item of the page before, whatever was inserted in between. The cursor
holds the sort values of that item and what it is a cursor of, and nothing else; it is opaque to clients but not secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from pymongo.asynchronous.collection import AsyncCollection

from careflow_service.errors import CursorBroken
from careflow_service.mongo.client import Document

Sort = Sequence[tuple[str, int]]
"""(open field, 1 or -1) pairs; the fields are never null. `_id` is added at the end to make the order total."""

_CODEC: CodecOptions[dict[str, object]] = CodecOptions(document_class=dict, tz_aware=True, tzinfo=UTC)
_PLAIN = (str, int, float, datetime)


def total(sort: Sort) -> list[tuple[str, int]]:
    """`sort` with `_id` as the tie breaker."""
    return [*sort] if any(field == "_id" for field, _ in sort) else [*sort, ("_id", 1)]


def cursor_at(values: Mapping[str, object], sort: Sort, *, of: str) -> str:
    """The cursor of this list that continues behind a document with these open fields and `_id`."""
    at = [values[field] for field, _ in total(sort)]
    return base64.urlsafe_b64encode(bson.encode({"at": at, "of": of})).decode()


def position_in(cursor: str, sort: Sort, *, of: str) -> list[object]:
    """The sort values in a cursor. Raises CursorBroken for everything that `cursor_at` did not make for this order, and
    for another list's: behind the same place there lies something else, and what lies before it would never be shown.
    A cursor that was given out before they said whose they are stays good.
    """
    try:
        document = bson.decode(base64.b64decode(cursor, altchars=b"-_", validate=True), _CODEC)
    except (binascii.Error, ValueError, InvalidBSON):
        raise CursorBroken from None
    at = document.get("at")
    if (
        document.get("of", of) != of
        or not isinstance(at, list)
        or len(at) != len(total(sort))
        or not all(isinstance(each, _PLAIN) for each in at)
    ):
        raise CursorBroken
    return at


def stretches_behind(position: Sequence[object], sort: Sort) -> Iterator[dict[str, object]]:
    """Filters that together, one after the other, select what lies behind `position`; each is one range of the index.

    Behind (3, "b") in the order (starts_at, _id) lies first {starts_at: 3, _id > "b"}, then {starts_at > 3}.
    """
    fields = total(sort)
    for depth in reversed(range(len(fields))):
        field, direction = fields[depth]
        ties = {name: value for (name, _), value in zip(fields[:depth], position[:depth], strict=True)}
        yield {**ties, field: {"$gt" if direction > 0 else "$lt": position[depth]}}


async def page_of(
    collection: AsyncCollection[Document], query: Mapping[str, object], *, sort: Sort, limit: int, after: str | None
) -> list[Document]:
    """Up to `limit` documents that match, in the order of `sort`, behind the cursor `after`. Raises CursorBroken."""
    stretches: Iterable[Mapping[str, object]] = (
        [{}] if after is None else stretches_behind(position_in(after, sort, of=collection.name), sort)
    )
    found: list[Document] = []
    for stretch in stretches:
        cursor = collection.find(both(query, stretch), sort=total(sort), limit=limit - len(found))
        found += await cursor.to_list()
        if len(found) == limit:
            break
    return found


def both(query: Mapping[str, object], stretch: Mapping[str, object]) -> Mapping[str, object]:
    """The filter for what matches both. A cursor comes from a client: it narrows a query, it never replaces a part."""
    if query.keys() & stretch.keys():
        return {"$and": [query, stretch]}
    return {**query, **stretch}
