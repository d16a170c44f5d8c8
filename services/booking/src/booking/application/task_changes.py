"""Changes who sees to what is to be done: about a visit, or about a patient whom no message could tell. What every use
case on a task shares.

Whoever is second is told who has it, not that what it is about has changed: nothing of it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from booking.domain.policy import BookingPolicy
from booking.domain.seen_to import SeenTo
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work

K = TypeVar("K", bound=str)
K_contra = TypeVar("K_contra", bound=str, contravariant=True)
S = TypeVar("S", bound=SeenTo)


class Kept(Protocol[K_contra, S]):
    """Where what is seen to is kept."""

    async def get(self, kept_id: K_contra, /) -> S: ...

    async def save(self, seen_to: S, /, *, expecting: int, tx: Transaction) -> None: ...


@dataclass(frozen=True, slots=True)
class TaskChanges(Generic[K, S]):
    kept: Kept[K, S]
    policy: BookingPolicy
    work: Work

    async def apply(
        self,
        change: Callable[[S, BookingPolicy, datetime], S],
        kept_id: K,
        expected_version: int,
        *,
        by: Actor,
        action: str,
        request: RequestKey | None,
    ) -> Committed[Changed]:
        """Raises that there is no such thing, `stale_version` and what `change` raises; it is given the time."""

        async def work(tx: Transaction) -> Changed:
            before = await self.kept.get(kept_id)
            before.check_seen(expected_version)
            after = change(before, self.policy, tx.now)
            await self.kept.save(after, expecting=before.version, tx=tx)
            return Changed(kept_id, after.version)

        return await self.work.run(work, by=by, action=action, returns=Changed, request=request)
