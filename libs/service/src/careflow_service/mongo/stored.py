"""What is stored of every aggregate the same way: got by id, added, saved."""

from collections.abc import AsyncIterator, Callable
from typing import ClassVar, Generic

from careflow_service.errors import DocumentMissing
from careflow_service.listed import Listed
from careflow_service.mongo.bodies import A
from careflow_service.mongo.documents import WHOSE, Documents
from careflow_service.mongo.paging import Sort
from careflow_service.work import Transaction


class Stored(Generic[A]):
    """One aggregate type in the store; `missing` is how its service says that there is no such thing. A patient's are
    paged through in the `order` that an index of the collection has.
    """

    order: ClassVar[Sort] = (("_id", 1),)

    def __init__(self, documents: Documents[A], missing: Callable[[], Exception]) -> None:
        self._documents = documents
        self._missing = missing

    async def get(self, stored_id: str, /, *, of: str | None = None) -> A:
        """It, of the owner `of` where that is known beforehand. Raises `missing`."""
        try:
            return await self._documents.get(stored_id, of=of)
        except DocumentMissing:
            raise self._missing() from None

    async def find(self, stored_id: str, /, *, of: str | None) -> A | None:
        """It, or None. Within a unit of work `of` says whose it would be."""
        return await self._documents.find(stored_id, of=of)

    def every_of(self, owner: str, /) -> AsyncIterator[A]:
        """All of an owner's, one after the other however many there are, for a reader."""
        return self._documents.every_of(owner)

    async def page_of(self, patient_id: str, /, *, limit: int, after: str | None) -> Listed[A]:
        """See `careflow_service.listed.Paged`."""
        return await self._documents.page({WHOSE: patient_id}, sort=self.order, limit=limit, after=after)

    async def add(self, aggregate: A, /, tx: Transaction) -> None:
        """A new one."""
        await self._documents.add(aggregate, tx)

    async def save(self, aggregate: A, /, *, expecting: int, tx: Transaction) -> None:
        """A changed one. Raises StaleVersion."""
        await self._documents.save(aggregate, expecting=expecting, tx=tx)
