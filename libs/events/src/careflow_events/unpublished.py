"""The relay's side of the outbox: what was committed and is not known to be published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from careflow_events.lease import Grant
from careflow_events.outbox import OutboxRow
from careflow_events.producing import Place

NOT_TOLD: Final[Mapping[str, Place]] = {}
"""No broker said where it has put what."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be published."""

    rows: int
    oldest: datetime | None


class Unpublished(Protocol):
    """See the module."""

    async def fetch(self, limit: int, without: Collection[str]) -> list[OutboxRow]:
        """Unpublished rows of all streams but those in `without`: urgent ones first, then the oldest; for each stream
        its smallest sequences. Fewer than `limit` means that there are no others.
        """

    async def mark(
        self, rows: Sequence[OutboxRow], grant: Grant, at: datetime, *, places: Mapping[str, Place] = NOT_TOLD
    ) -> None:
        """Marks the rows published and numbers them on, in this order, in one transaction that compares the grant's
        epoch; `places` says, by the rows' ids, where in their topic they were put. Raises Fenced.
        """

    async def backlog(self) -> Backlog:
        """How much waits, and since when."""
