"""Events of the past, fed again by the service that said them: asking for it, and following it to its end.

Invariant: a feeding is carried out by the owner's worker; who stops following it does not stop it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator
from careflow_events.topics import TOPICS

POLL: Final = 0.5  # seconds
PATIENCE: Final = 60.0
"""Seconds without one more event fed: longer than another worker takes to get the lease of one that died."""


def owner_of(topic: str) -> str:
    """The service that writes a topic. Raises CareflowError when none does."""
    for each in TOPICS:
        if each.name == topic:
            return each.service
    raise CareflowError(f"no service writes that topic; topics are {', '.join(each.name for each in TOPICS)}")


async def ask(operator: Operator, owner: str, body: Mapping[str, object], *, dry_run: bool) -> Answer:
    """Have `owner` feed events again, or count them. Raises CareflowError when there are none."""
    return await operator.post(owner, "outbox/refeed", {**body, "dry_run": dry_run})


async def follow(operator: Operator, owner: str, refeed: str, say: Callable[[str], None]) -> Answer:
    """The feeding when all was fed. Raises CareflowError when it does not get on."""
    fed, moved = -1, time.monotonic()
    while True:
        feedings = (await operator.get(owner, "outbox/refeeds"))["items"]
        feeding: Answer | None = next((each for each in feedings if each["id"] == refeed), None)
        if feeding is None:
            raise CareflowError(f"{owner} has had many feedings since and no longer lists this one ({refeed})")
        if feeding["finished_at"] is not None:
            return feeding
        if feeding["fed"] != fed:
            fed, moved = feeding["fed"], time.monotonic()
        elif time.monotonic() - moved > PATIENCE:
            raise CareflowError(
                f"nothing was fed for {PATIENCE:.0f} s, {fed} of {feeding['events']} before; it goes on when a worker "
                f"of {owner} relays (careflow outbox status {owner})"
            )
        say(f"{fed} of {feeding['events']} events")
        await asyncio.sleep(POLL)
