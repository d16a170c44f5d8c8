"""How much is read at once."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from careflow_service.mongo.bodies import Aggregate
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.paging import Sort

A = TypeVar("A", bound=Aggregate)

MOST: Final = 500
"""How many of one patient's things are read at once at most, where all are wanted: then there are more reads."""


async def every_one(
    documents: Documents[A], query: Mapping[str, Any], *, of: str, sort: Sort = (("_id", 1),)
) -> list[A]:
    """All that match, however many: what is decided or summed up rests on every one."""
    found: list[A] = []
    after = None
    while True:
        more = await documents.many(query, of=of, sort=sort, limit=MOST, after=after)
        found += more
        if len(more) < MOST:
            return found
        after = documents.cursor(more[-1], sort)
