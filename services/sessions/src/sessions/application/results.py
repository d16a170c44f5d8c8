"""What commands answer, where it is more than `careflow_service.results`. Invariant: nothing clinical and nothing
personal, because results are kept for repeated requests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetGo:
    """The session somebody was to be discharged from, and whether they may go."""

    id: str
    version: int
    gone: bool
