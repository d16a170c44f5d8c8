"""Following a restore to its end: the service's worker takes up what its topics hold, then the fence falls; and what
was forgotten, counted.

Invariant: who stops following it does not stop it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator

POLL: Final = 0.5  # seconds
PATIENCE: Final = 600.0
"""Seconds: a worker reads its topics whole, and says nothing meanwhile."""


async def follow(operator: Operator, service: str, say: Callable[[str], None]) -> Answer:
    """The restore once the service goes on. Raises CareflowError when that takes too long to wait for."""
    started = time.monotonic()
    while (restore := await operator.get(service, "restore"))["fenced_since"] is not None:
        if time.monotonic() - started > PATIENCE:
            raise CareflowError(
                f"{service} was not finished after {PATIENCE:.0f} s; it goes on while a worker of it runs "
                f"(careflow restore status {service})"
            )
        say(f"{restore['orphans']} orphans in {restore['streams']} streams")
        await asyncio.sleep(POLL)
    return restore


@dataclass(slots=True)
class Forgotten:
    """Orphans that have their stream, or their type, in common: how many, and between which two times they were
    recorded.
    """

    name: str
    first: str
    last: str
    events: int = 0
    others: Counter[str] = field(default_factory=Counter)
    """Of a stream how many of each type, of a type how many of each stream."""

    def add(self, orphan: Answer, other: str) -> None:
        self.events += 1
        self.others[str(orphan[other])] += 1
        self.first = min(self.first, orphan["recorded_at"])
        self.last = max(self.last, orphan["recorded_at"])


def grouped(orphans: Iterable[Answer], by: str, other: str) -> Sequence[Forgotten]:
    """Counted by `stream` or `type`, those with most events first."""
    groups: dict[str, Forgotten] = {}
    for orphan in orphans:
        name, at = str(orphan[by]), str(orphan["recorded_at"])
        groups.setdefault(name, Forgotten(name, at, at)).add(orphan, other)
    return sorted(groups.values(), key=lambda group: (-group.events, group.name))
