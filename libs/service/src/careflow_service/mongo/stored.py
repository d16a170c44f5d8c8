"""What is stored of every aggregate the same way: got by id, added, saved, guarded."""

from collections.abc import Callable
from typing import Generic

from careflow_service.mongo.bodies import A
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction


class Stored(Generic[A]):
    """One aggregate type in the store; `missing` is how its service says that there is no such thing."""

    def __init__(self, documents: Documents[A], missing: Callable[[], Exception]) -> None:
        self._documents = documents
        self._missing = missing

    async def get(self, stored_id: str, /) -> A:
        """It. Raises `missing`."""
        found = await self._documents.find(stored_id)
        if found is None:
            raise self._missing()
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
