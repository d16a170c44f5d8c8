"""How fast a subscriber hears what is there, and an operator's look at every stream, beside a bare client that does no
more than parse the same records.

Invariant: all three fetch the same records of the same topic from the same broker.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Final

from aiokafka import AIOKafkaConsumer

from careflow_cli.operators import streams
from careflow_events.contracts import ClearanceExtended
from careflow_events.kafka.subscriber import Received, Subscriber
from tests.bench.stopwatch import Times
from tests.bench.topics import in_topic, make_topic, send

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SUBSCRIBER: Final = "a subscriber"
VERIFY: Final = "streams verify"
BARE_LOOP: Final = "bare loop that parses"

_WARM_UP: Final = 100
"""Records that start the clock: joining a group and the first fetch are not reading."""
_PATIENCE_SECONDS: Final = 60.0


async def measure(kafka_url: str, *, turns: int, records: int) -> dict[str, list[float]]:
    """What -> records a second, in each turn."""
    topic = await make_topic(kafka_url, 3)
    await send(kafka_url, topic, records)
    asked: dict[str, Callable[[], Awaitable[float]]] = {
        BARE_LOOP: lambda: _bare(kafka_url, topic, records),
        SUBSCRIBER: lambda: _subscriber(kafka_url, topic, records),
        VERIFY: lambda: _verify(kafka_url, topic, records),
    }
    rates: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(turns):
        for name, rate in asked.items():
            async with asyncio.timeout(_PATIENCE_SECONDS):
                rates[name].append(await rate())
    return rates


async def _bare(kafka_url: str, topic: str, records: int) -> float:
    """The least a consumer of JSON does: no order, no repeats, no contracts; one commit at the end."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka_url, group_id=f"bare-{uuid.uuid4().hex}", enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    seen, times = 0, Times()
    async with consumer:
        while seen < _WARM_UP:
            seen += len(await consumer.getmany(timeout_ms=200, max_records=1))
        left = records - seen
        with times.lap():
            while seen < records:
                for found in (await consumer.getmany(timeout_ms=200, max_records=500)).values():
                    for record in found:
                        json.loads(record.value)
                        seen += 1
            await consumer.commit()
    return left / times.seconds[0]


async def _subscriber(kafka_url: str, topic: str, records: int) -> float:
    seen, times, stopping = 0, Times(), asyncio.Event()
    subscriber = Subscriber(kafka_url, f"bench-{uuid.uuid4().hex}")
    lap = times.lap()

    async def hear(event: Received[ClearanceExtended]) -> None:
        nonlocal seen
        seen += 1
        if seen == _WARM_UP:
            lap.__enter__()
        if seen == records:
            lap.__exit__(None, None, None)
            stopping.set()

    with in_topic(topic):
        subscriber.on(ClearanceExtended)(hear)
        await subscriber.listen(stopping)
    return (records - _WARM_UP) / times.seconds[0]


async def _verify(kafka_url: str, topic: str, records: int) -> float:
    """With connecting and asking where the topic begins and ends."""
    times = Times()
    with times.lap():
        found = await streams.read(kafka_url, [topic], lambda _: None)
    assert found.records == records
    assert all(stream.whole for stream in found.streams.values())
    return records / times.seconds[0]
