"""What is stored of every aggregate of this service the same way: got by id, added, saved, guarded."""

from typing import Generic

from careflow_service.mongo.bodies import A
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction
from sessions.domain.errors import not_found


class Stored(Generic[A]):
    """One aggregate type in the store; `what` names it in refusals."""

    def __init__(self, documents: Documents[A], what: str) -> None:
        self._documents = documents
        self._what = what

    async def get(self, stored_id: str, /) -> A:
        """Refused: `<what>_not_found`."""
        found = await self._documents.find(stored_id)
        if found is None:
            raise not_found(self._what)
        return found

    async def find(self, stored_id: str, /) -> A | None:
        """It, or None."""
        return await self._documents.find(stored_id)

    async def add(self, aggregate: A, /, tx: Transaction) -> None:
        """A new one."""
        await self._documents.add(aggregate, tx)

    async def save(self, aggregate: A, /, *, expecting: int, tx: Transaction) -> None:
        """A changed one. Raises StaleVersion."""
        await self._documents.save(aggregate, expecting=expecting, tx=tx)

    async def guard(self, aggregate: A, /, tx: Transaction) -> None:
        """A decision rests on it as it is. Raises StaleVersion."""
        await self._documents.guard(aggregate, tx)
