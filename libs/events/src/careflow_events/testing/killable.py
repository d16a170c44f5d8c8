"""A worker in a process of its own that kills itself: `python -m careflow_events.testing.killable STORE DATABASE KAFKA
TOPIC POINT`. It relays the database's outbox to the topic and handles what arrives there. At POINT (see POINTS) it dies
as by kill -9; `never` lets it live.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from pymongo import AsyncMongoClient

from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.delivery import Delivery
from careflow_events.kafka.producer import KafkaRecordProducer
from careflow_events.mongo import MongoUnpublished
from careflow_events.testing.worker import Worker
from careflow_events.topics import Classification, Topic

R = TypeVar("R")

POINTS: Final[Mapping[str, tuple[type, str, int]]] = {
    "sent_but_not_marked": (KafkaRecordProducer, "publish", 1),
    "marked": (MongoUnpublished, "mark", 1),
    "handled_but_offset_not_committed": (Delivery, "deliver_together", 1),
}
"""Where the process dies: right after this method returned for the n-th time."""


def dies_after(method: Callable[..., Awaitable[R]], times: int) -> Callable[..., Awaitable[R]]:
    """The method, but the process does not survive its n-th call."""
    left = times

    async def call(*args: Any, **kwargs: Any) -> R:
        nonlocal left
        result = await method(*args, **kwargs)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


async def main(store_url: str, database: str, kafka_url: str, topic: str, point: str) -> None:
    """Works until it dies."""
    if point in POINTS:
        owner, name, times = POINTS[point]
        setattr(owner, name, dies_after(getattr(owner, name), times))
    own = Topic(topic, "screening", Classification.OPERATIONAL)
    ClearanceExtended.topic = own
    ClearanceRevoked.topic = own
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        await Worker(client, database, kafka_url).runner().run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
