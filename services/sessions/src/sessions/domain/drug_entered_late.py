"""A line of the drug log that is entered after what it tells happened: from paper, when the power is there again.

Invariant: like what was given late, it is of the day on which it is entered, so that no day that was counted and closed
changes, and says when it happened; nothing happened to a drug before it was received, nor to a draw before that.
"""

from datetime import datetime

from sessions.domain.drug_log import Container
from sessions.domain.ids import DrawId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.what_happened import happened_then


def happened_in_log(
    container: Container, draw_id: DrawId | None, said: datetime | None, policy: SessionsPolicy, *, now: datetime
) -> datetime | None:
    """When it happened, where somebody says that it was not just now. Refused: `draw_not_found`, and what
    `happened_then` refuses.
    """
    if said is None:
        return None
    return happened_then(said, container.since(draw_id), policy, now=now)


def arrived_then(said: datetime | None, policy: SessionsPolicy, *, now: datetime) -> datetime | None:
    """When a container arrived, where somebody says that it was not just now. Refused: what `happened_then` refuses."""
    return None if said is None else happened_then(said, said, policy, now=now)
