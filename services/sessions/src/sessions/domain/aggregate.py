"""What every aggregate of this service is: an immutable value with a version and the facts its last changes made true.

Invariant: each change returns a new aggregate with a higher version; facts are never part of equality nor of storage.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from sessions.domain.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Version 1 is the freshly made aggregate."""

    version: int = 1
    facts: tuple[Fact, ...] = field(default=(), compare=False, repr=False)

    def recording(self, *facts: Fact) -> Self:
        """The next version of the same aggregate, with these facts appended; the caller replaces the rest."""
        return replace(self, version=self.version + 1, facts=(*self.facts, *facts))
