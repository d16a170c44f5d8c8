"""The servers every package's tests run on."""

from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient

from careflow_cli.pytest_plugin import MakeTopic


@pytest.mark.store
async def test_the_shared_store_commits_transactions(store_url: str, database: str) -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(store_url)
    async with client:
        async with client.start_session() as session, await session.start_transaction():
            await client[database].patients.insert_one({"_id": "p1"}, session=session)

        assert await client[database].patients.count_documents({}) == 1


@pytest.mark.kafka
async def test_a_made_topic_carries_records(kafka_url: str, make_topic: MakeTopic) -> None:
    topic = make_topic(partitions=2)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"value", key=b"key")
    finally:
        await producer.stop()

    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_url, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()

    assert record.value == b"value"
    assert len(consumer.partitions_for_topic(topic) or ()) == 2
