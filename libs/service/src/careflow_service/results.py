"""What most commands answer. Invariant: nothing personal and nothing clinical, because results are kept for repeated
requests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """The aggregate a command made or changed, and its version now."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to an aggregate, and the aggregate's version now."""

    id: str
    version: int
    added_id: str
