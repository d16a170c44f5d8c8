"""An integrator on a real Kafka: runs of one group, and what was heard in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from careflow_events.contracts import ClearanceExtended
from careflow_events.kafka.subscriber import Reached, Received, Subscriber, Trouble
from careflow_events.testing.builders import a_checkpoint, a_record, an_event, an_id
from careflow_events.testing.worker import send, until
from careflow_events.topics import Topic

Event = Received[ClearanceExtended]


class Kept:
    """Places in a store that outlives the subscriber and is shared by all of its group."""

    def __init__(self) -> None:
        self.reached: dict[str, Reached] = {}

    async def find(self, stream: str) -> Reached | None:
        return self.reached.get(stream)

    async def keep(self, stream: str, reached: Reached) -> None:
        self.reached[stream] = max(reached, self.reached.get(stream, reached))


class Integrator:
    """Whoever hears a topic, in runs of one group; what was heard and told is kept over all of them."""

    def __init__(self, kafka_url: str, topic: Topic) -> None:
        self._kafka_url = kafka_url
        self.topic = topic
        self.group = f"test-{uuid4().hex[:8]}"
        self.heard: list[tuple[str, int]] = []
        self.troubles: list[Trouble] = []
        self.handle: Callable[[Event], Awaitable[None]] = self.nothing_more

    def subscriber(self, **options: Any) -> Subscriber:
        subscriber = Subscriber(self._kafka_url, self.group, **{"on_trouble": self._tell, **options})

        @subscriber.on(ClearanceExtended)
        async def extended(event: Event) -> None:
            await self.handle(event)
            self.heard.append((event.subject, event.sequence))

        return subscriber

    @asynccontextmanager
    async def running(self, **options: Any) -> AsyncIterator[Subscriber]:
        subscriber, stopping = self.subscriber(**options), asyncio.Event()
        listening = asyncio.create_task(subscriber.listen(stopping))
        try:
            yield subscriber
        finally:
            stopping.set()
            await asyncio.wait_for(listening, 20)

    async def says(self, patients: Mapping[int, range]) -> None:
        """Events with these numbers about each of these patients, in turn."""
        of_each = [
            [an_event(number, patient=patient, topic=self.topic.name) for number in numbers]
            for patient, numbers in patients.items()
        ]
        await self.sends(*(event for events in zip(*of_each, strict=True) for event in events))

    async def sends(self, *events: Any) -> None:
        await send(self._kafka_url, [a_record(event) for event in events])

    async def until_heard(self, count: int) -> None:
        async def enough() -> bool:
            return len(self.heard) >= count

        await until(enough, within=40)

    async def until_committed(self, count: int) -> None:
        async def enough() -> bool:
            return await self.committed() == count

        await until(enough, within=40)

    async def until_begun(self) -> None:
        """The group has a place in each partition."""

        async def begun() -> bool:
            return None not in await self._offsets()

        await until(begun, within=40)

    def of(self, patient: int) -> list[int]:
        return [number for subject, number in self.heard if subject == f"patient:{an_id(patient)}"]

    async def committed(self) -> int:
        """How many records of the topic the group has behind it."""
        return sum(offset or 0 for offset in await self._offsets())

    async def partition(self) -> int:
        """The one that holds all that was said."""
        places = [TopicPartition(self.topic.name, number) for number in range(3)]
        async with AIOKafkaConsumer(bootstrap_servers=self._kafka_url) as client:
            (held,) = [place.partition for place, end in (await client.end_offsets(places)).items() if end]
        return int(held)

    async def until_members(self, count: int) -> None:
        """So many share the group, and each knows what it reads."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka_url)
        await admin.start()

        async def so_many() -> bool:
            (answer,) = await admin.describe_consumer_groups([self.group])
            (_, _, state, _, _, members, *_) = answer.groups[0]
            return (state, len(members)) == ("Stable", count)

        try:
            await until(so_many, within=40)
        finally:
            await admin.close()

    async def _offsets(self) -> list[int | None]:
        async with AIOKafkaConsumer(bootstrap_servers=self._kafka_url, group_id=self.group) as client:
            return [await client.committed(TopicPartition(self.topic.name, number)) for number in range(3)]

    async def nothing_more(self, _: Event) -> None:
        """Leaves it at being heard."""

    async def _tell(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)


async def checkpoints(kafka_url: str, topic: Topic, moment: datetime) -> None:
    """One in each partition, as a relay writes them."""
    checkpoint = a_checkpoint(moment, topic=topic.name)
    async with AIOKafkaProducer(bootstrap_servers=kafka_url) as producer:
        for partition in range(3):
            await producer.send_and_wait(
                topic.name, checkpoint.value, partition=partition, headers=list(checkpoint.headers)
            )


async def trim(kafka_url: str, topic: str, *, by: int) -> None:
    """Deletes the first records of the partition that holds any, as retention does."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka_url) as client:
        ends = await client.end_offsets([TopicPartition(topic, number) for number in range(3)])
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(by) for place, end in ends.items() if end})
    finally:
        await admin.close()
