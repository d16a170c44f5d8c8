"""Find or make, change, save: how everything that the first word about it makes is kept."""

from typing import Protocol, TypeVar

from careflow_domain.aggregate import Aggregate
from careflow_service.work import Transaction

A = TypeVar("A", bound=Aggregate)
A_contra = TypeVar("A_contra", bound=Aggregate, contravariant=True)


class Kept(Protocol[A_contra]):
    """Where aggregates of one type are stored."""

    async def add(self, aggregate: A_contra, /, tx: Transaction) -> None: ...
    async def save(self, aggregate: A_contra, /, *, expecting: int, tx: Transaction) -> None: ...


async def keep(known: A | None, after: A, stored: Kept[A], tx: Transaction) -> None:
    """Stores `after` as a new one where none was known, in place of `known` where it changed, else not at all."""
    if known is None:
        await stored.add(after, tx)
    elif after is not known:
        await stored.save(after, expecting=known.version, tx=tx)
