"""Find or make, change, save: what is new is added, what changed is saved, and the rest is left alone."""

from typing import Protocol, TypeVar

from careflow_domain.aggregate import Aggregate
from careflow_service.work import Transaction

A = TypeVar("A", bound=Aggregate)
Kept = TypeVar("Kept", bound=Aggregate, contravariant=True)


class Keeping(Protocol[Kept]):
    """Where aggregates of one type are kept."""

    async def add(self, aggregate: Kept, /, tx: Transaction) -> None: ...
    async def save(self, aggregate: Kept, /, *, expecting: int, tx: Transaction) -> None: ...


async def upsert(kept: Keeping[A], before: A | None, after: A, tx: Transaction) -> None:
    """`before` is how it was read, None when there was none; a decision that changes nothing answers that very one."""
    if before is None:
        await kept.add(after, tx)
    elif after is not before:
        await kept.save(after, expecting=before.version, tx=tx)
