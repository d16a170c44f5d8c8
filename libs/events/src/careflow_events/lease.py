"""Leases: at most one process at a time does a piece of work, and one that lost its turn cannot write any more.

Invariant: whether a lease is free is judged by the store's clock alone. A holder stops by its own monotonic clock when
two thirds of the TTL have passed since its last renewal began, so it stops before anybody else may start. Whoever
takes a lease gets a higher epoch; a write made under a lease compares the epoch in its transaction, which fences a
holder that slept through its expiry. A store that does not answer in time takes no lease away: the holder keeps its
epoch, and with it the right to mark what it has in flight, until the store says that somebody else has led since.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final, Protocol

RELAY_LEASE: Final = "relay"
"""Held by whoever publishes a service's outbox; what was published is counted in it."""
LEASE_TTL: Final = timedelta(seconds=6)
"""As long waits what a process did that hangs or is gone for good, and a second: to be handled again within 10 s of any
single break it may not be much longer. A holder renews every 2 s, also while the broker lets it wait, and stops after
4 s without.
"""
ASK_EVERY_SECONDS: Final = 1.0
ASKS_PER_TTL: Final = 5
"""A lease that somebody else holds is asked for once a second, and a shorter one so often within its time to live."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to do the work called `name` until it expires; `epoch` grows with every change of hands."""

    name: str
    holder: str
    epoch: int


class Fenced(Exception):
    """A write under a lease that has changed hands: nothing was written."""

    code = "lease_lost"


class Renewal(Enum):
    """What became of a renewal."""

    RENEWED = "renewed"
    """The grant is the current one, and lasts anew."""
    NOT_NOW = "not now"
    """The store could not say in time: the grant lasts as long as it did, and may be renewed yet."""
    GONE = "gone"
    """The lease has changed hands."""


class Leases(Protocol):
    """The leases of one service, kept in its store."""

    async def take(self, name: str, holder: str, ttl: timedelta) -> Grant | None:
        """The lease under a new epoch when it is free, expired or this holder's own, else None; also None while what
        its last holder wrote under it is neither committed nor given up.
        """

    async def renew(self, grant: Grant, ttl: timedelta) -> Renewal:
        """What a holder is told who asks that its grant lasts `ttl` from the store's now. A grant that has expired is
        renewed as long as nobody else took the lease.
        """

    async def release(self, grant: Grant) -> None:
        """Frees the lease at once; does nothing when it has changed hands."""


class HeldLease:
    """One process's hold on one lease: take it when free, renew it in time, stop in time."""

    def __init__(
        self,
        leases: Leases,
        name: str,
        holder: str,
        *,
        ttl: timedelta = LEASE_TTL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases = leases
        self._name = name
        self._holder = holder
        self._ttl = ttl
        self._monotonic = monotonic
        self._grant: Grant | None = None
        self._renewed_at = 0.0
        self._ask_again_at = float("-inf")

    @property
    def held(self) -> bool:
        """Whether work under the lease may go on right now."""
        return self._grant is not None and self._age() < self._ttl.total_seconds() * 2 / 3

    @property
    def due_in(self) -> float:
        """Seconds until `hold` asks the store again; not above 0 when it would now."""
        ask_again_in = self._ask_again_at - self._monotonic()
        if self._grant is None:
            return ask_again_in
        return max(self._ttl.total_seconds() / 3 - self._age(), ask_again_in)

    async def hold(self) -> Grant | None:
        """The grant to work under, taken or renewed when needed; None while somebody else has the lease, and once it
        could not be renewed for too long.
        """
        if self.due_in <= 0:
            await self._ask()
        return self._grant if self.held else None

    async def _ask(self) -> None:
        began = self._monotonic()
        self._ask_again_at = began + min(ASK_EVERY_SECONDS, self._ttl.total_seconds() / ASKS_PER_TTL)
        if self._grant is not None:
            renewal = await self._leases.renew(self._grant, self._ttl)
            if renewal is Renewal.RENEWED:
                self._renewed_at = began
            if renewal is not Renewal.GONE:
                return
        self._grant = await self._leases.take(self._name, self._holder, self._ttl)
        self._renewed_at = began

    def lost(self) -> None:
        """Forgets a grant that turned out to be fenced."""
        self._grant = None

    async def release(self) -> None:
        """Gives the lease back so that a successor need not wait for its expiry."""
        grant, self._grant = self._grant, None
        if grant is not None:
            await self._leases.release(grant)

    def _age(self) -> float:
        return self._monotonic() - self._renewed_at
