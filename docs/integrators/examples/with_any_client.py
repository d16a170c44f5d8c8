"""The same with a Kafka client and nothing of ours: python with_any_client.py BOOTSTRAP_SERVERS GROUP"""

import asyncio
import contextlib
import json
import sys

from aiokafka import AIOKafkaConsumer, TopicPartition

last: dict[str, int] = {}  # by stream; kept in your database it outlives this process


def is_next(event: dict[str, str]) -> bool:
    """Whether the event is new; what is missing before it is said."""
    stream, sequence = event["stream"], int(event["sequence"])
    known = last.get(stream)
    if known is not None and sequence <= known:
        return False  # a repeat
    if known is not None and sequence > known + 1:
        print(f"{stream} lacks {known + 1} to {sequence - 1}", file=sys.stderr)
    last[stream] = sequence
    return True


async def listen(servers: str, group: str) -> None:
    """Hears until it is cancelled."""
    consumer = AIOKafkaConsumer(
        "careflow.booking.v1",
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with consumer:
        async for record in consumer:
            event = json.loads(record.value)
            fresh = event["type"] == "careflow.feed.FeedCheckpoint.v1"  # event["data"]["as_of"]: how fresh this is
            if not fresh and is_next(event) and event["type"] == "careflow.booking.PatientRegistered.v1":
                print(event["subject"], event["sequence"], event["time"], flush=True)
            await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})


with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(listen(*sys.argv[1:]))
