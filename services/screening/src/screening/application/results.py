"""What commands answer, where it is more than `careflow_service.results`. Invariant: nothing clinical and nothing
personal, because results are kept for repeated requests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeveralAdded:
    """What was added to an aggregate, in the order it was sent, and the aggregate's version now."""

    id: str
    version: int
    added_ids: tuple[str, ...]
