"""Lists of documents, page by page. One more than a page is read to know whether there is another."""

from collections.abc import Mapping

from billing.application.ports import Listed
from careflow_service.mongo.bodies import A
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.paging import Sort

MOST: int = 500
"""How many of one patient's things are read at once at most, where all are wanted."""


async def page_of(
    documents: Documents[A],
    query: Mapping[str, object],
    *,
    sort: Sort = (("_id", 1),),
    limit: int,
    after: str | None,
) -> Listed[A]:
    """The documents behind `after`, at most `limit`. Raises CursorBroken."""
    found = await documents.many(query, sort=sort, limit=limit + 1, after=after)
    items = tuple(found[:limit])
    return Listed(items, documents.cursor(items[-1], sort) if len(found) > limit else None)
