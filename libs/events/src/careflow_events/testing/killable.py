"""A worker in a process of its own, to be killed: `python -m careflow_events.testing.killable STORE DATABASE KAFKA
TOPIC`. It relays the database's outbox to the topic and handles what arrives there, slowly enough to be hit in between.
"""

import asyncio
import sys
from typing import Any

from pymongo import AsyncMongoClient

from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.subscription import Received
from careflow_events.testing.worker import Worker
from careflow_events.topics import Classification, Topic


async def main(store_url: str, database: str, kafka_url: str, topic: str) -> None:
    """Works until it is killed."""
    own = Topic(topic, "screening", Classification.OPERATIONAL)
    ClearanceExtended.topic = own
    ClearanceRevoked.topic = own
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        worker = Worker(client, database, kafka_url, own=[own])
        worker.breaks = _slow
        await worker.runner().run(asyncio.Event())


async def _slow(_: Received[Any]) -> None:
    await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
