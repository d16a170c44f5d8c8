"""What every aggregate is: an immutable value with a version and the facts its last changes made true.

Invariants: each change returns a new aggregate with a higher version; facts are never part of equality nor of storage;
a fact is recorded by the change that made it true and by nothing else.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became true at a time, named in the past tense.

    It stands in the module of the aggregate that records it, and says whose it is: by an id, or by the aggregate as it
    is afterwards. A fact that others derive from is never recorded itself.
    """

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Version 1 is the freshly made aggregate."""

    version: int = 1
    facts: tuple[Fact, ...] = field(default=(), compare=False, repr=False)

    def recording(self, *facts: Fact) -> Self:
        """The next version of the same aggregate, with these facts appended; the caller replaces the rest."""
        return replace(self, version=self.version + 1, facts=(*self.facts, *facts))

    def saying(self, *facts: Fact) -> Self:
        """This very version with these facts appended: for facts that carry the aggregate as it is afterwards."""
        return replace(self, facts=(*self.facts, *facts))
