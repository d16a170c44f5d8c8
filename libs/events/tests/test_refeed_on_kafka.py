"""What a consumer has missed is fed to it again from the outbox of who said it; what was lost with a topic, to all."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from careflow_events.consumers import StopReason
from careflow_events.kafka.topic_ids import identify
from careflow_events.mongo import MongoRefeeds, MongoTransactions, mongo_stores
from careflow_events.refeeding import Refeed, Selection
from careflow_events.testing.builders import an_id
from careflow_events.testing.worker import Worker, heard, nothing_unpublished, now, says, until
from careflow_events.topics import Classification, Topic

pytestmark = [pytest.mark.store, pytest.mark.kafka, pytest.mark.thorough]

ONE, TWO = f"patient:{an_id(1)}", f"patient:{an_id(2)}"


@pytest.fixture
async def writer(client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, topic: Topic) -> Worker:
    """Says things and hears nothing that matters here."""
    writer = Worker(client, database, kafka_url, own=[topic])
    await writer.make_indexes()
    return writer


@pytest.fixture
async def reader(
    client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, make_topic: Any
) -> AsyncIterator[Worker]:
    """Another service, which may be fed through a topic of its own. It does not run yet."""
    refeed = Topic(make_topic(), "*", Classification.INTERNAL)
    reader = Worker(client, f"{database}-reader", kafka_url, service="billing", refeed=refeed)
    await reader.make_indexes()
    yield reader
    await client.drop_database(f"{database}-reader")


async def published(writer: Worker) -> None:
    async with writer.running():
        await until(partial(nothing_unpublished, writer))


async def made_again(kafka_url: str, topic: Topic) -> None:
    """The topic is lost with all it held."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    try:
        await admin.delete_topics([topic.name])
        await until(partial(_partitions, kafka_url, topic, 0))
        await admin.create_topics([NewTopic(topic.name, 3, 1)])
        await until(partial(_partitions, kafka_url, topic, 3))
    finally:
        await admin.close()


async def _partitions(kafka_url: str, topic: Topic, count: int) -> bool:
    identity = (await identify(kafka_url, [topic.name])).get(topic.name)
    return (0 if identity is None else len(identity.partitions)) == count


async def feed(writer: Worker, to: Topic, selection: Selection) -> MongoRefeeds:
    refeeds = MongoRefeeds(writer.database)
    events = await refeeds.count(selection)
    refeed = Refeed(id=str(uuid4()), to=to.name, selection=selection, events=events, requested_at=now())

    async def request(_: Any) -> None:
        await refeeds.request(refeed)

    await MongoTransactions(writer.database).run(request, action="test", event=None)
    return refeeds


async def test_a_gap_is_filled_from_the_outbox_of_the_writer(
    writer: Worker, reader: Worker, topic: Topic, kafka_url: str
) -> None:
    await says(writer, 1, 1, 2)
    await published(writer)
    await made_again(kafka_url, topic)
    await says(writer, 1, 2)
    assert reader.refeed is not None
    async with writer.running(), reader.running():
        await until(partial(_waits, reader, 2))

        await feed(writer, reader.refeed, Selection(topic=topic.name, stream=topic.stream(ONE), last=2))
        await heard(reader, 3, 0)
        refeeds = await feed(writer, reader.refeed, Selection(topic=topic.name, stream=topic.stream(TWO)))
        await heard(reader, 3, 2)

        await until(partial(_at_rest, refeeds))
    assert [(each.events, each.fed) for each in await refeeds.recent(10)] == [(2, 2), (2, 2)]
    assert await reader.parked() == []


async def test_a_topic_that_was_lost_unread_is_published_again_from_the_outbox(
    writer: Worker, reader: Worker, topic: Topic, kafka_url: str
) -> None:
    await says(writer, 1, 2, 1)
    await published(writer)
    async with reader.running():
        await heard(reader, 2, 1)
    await says(writer, 1, 2)
    await published(writer)  # read by nobody
    await made_again(kafka_url, topic)

    async with writer.running(), reader.running():
        consumers = mongo_stores(reader.database, "billing").consumers
        await until(partial(_stopped, consumers, StopReason.TOPIC_RECREATED))
        await consumers.resume()
        await feed(writer, topic, Selection(topic=topic.name))
        await heard(reader, 3, 2)

    assert await reader.parked() == []


async def _waits(reader: Worker, count: int) -> bool:
    return len(await reader.parked()) == count


async def _stopped(consumers: Any, reason: StopReason) -> bool:
    return await consumers.stopped() is reason


async def _at_rest(refeeds: MongoRefeeds) -> bool:
    return not await refeeds.waiting()
