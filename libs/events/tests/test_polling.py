"""How a worker asks Kafka for records, with FastStream's own loop around it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka.errors import ConsumerStoppedError

from careflow_events.consumed import ConsumedRecord
from careflow_events.delivery import Rewind
from careflow_events.kafka.broker import make_broker
from careflow_events.kafka.pauses import Pauses

VAIN = 100


class InVain:
    """A consumer to which nothing comes, until it is stopped."""

    def __init__(self) -> None:
        self.asked: list[dict[str, int]] = []

    async def getmany(self, **asked: int) -> dict[Any, Any]:
        self.asked.append(asked)
        if len(self.asked) > VAIN:
            raise ConsumerStoppedError
        await asyncio.sleep(0)
        return {}


async def nothing(_: Sequence[ConsumedRecord]) -> Sequence[Rewind]:
    return ()


async def test_who_polled_in_vain_polls_again_at_once() -> None:
    """FastStream's own would sleep between two polls; an event that comes then would wait for it."""
    broker = make_broker("kafka:9092", "booking", {"topic": {}}, deliver=nothing, pauses=Pauses())
    (subscriber,) = broker.subscribers
    subscriber.running = True
    consumer: Any = InVain()

    async with asyncio.timeout(5):
        await subscriber._run_consume_loop(consumer)  # type: ignore[attr-defined]

    assert len(consumer.asked) == VAIN + 1
    assert all(asked["timeout_ms"] >= 500 for asked in consumer.asked), "each waits for what comes"
