"""What every provider of Kafka and stores must do: the same expectations on processes and on containers."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo import MongoClient

from careflow_cli.infra.providers import PROVIDERS
from careflow_cli.infra.server import Server, await_ready
from careflow_cli.infra.topics import Topic, apply
from careflow_cli.processes.table import ProcessTable

GRACE = 20.0  # seconds
TOPIC = Topic("test.kept.v1", 1, {})

pytestmark = [pytest.mark.kafka, pytest.mark.store, pytest.mark.thorough]


@dataclass(frozen=True)
class Servers:
    """A broker and a store that one provider gave to one stack."""

    table: ProcessTable
    kafka: Server
    store: Server

    @property
    def names(self) -> list[str]:
        return [self.kafka.name, self.store.name]

    def start(self) -> None:
        self.kafka.start()
        self.store.start()
        await_ready([self.kafka, self.store])

    def write(self, value: str) -> None:
        async def send() -> None:
            await apply(self.kafka.url, [TOPIC])
            async with AIOKafkaProducer(bootstrap_servers=self.kafka.url) as producer:
                await producer.send_and_wait(TOPIC.name, value.encode())

        asyncio.run(send())
        client: MongoClient[dict[str, Any]] = MongoClient(self.store.url, w="majority", journal=True)
        with client, client.start_session() as session, session.start_transaction():
            client.kept.values.insert_one({"_id": value}, session=session)

    def read(self) -> tuple[list[str], list[str]]:
        """What the broker and what the store has."""

        async def received() -> list[str]:
            partition = TopicPartition(TOPIC.name, 0)
            async with AIOKafkaConsumer(bootstrap_servers=self.kafka.url, auto_offset_reset="earliest") as consumer:
                consumer.assign([partition])
                end = (await consumer.end_offsets([partition]))[partition]
                return [(await consumer.getone()).value.decode() for _ in range(end)]

        client: MongoClient[dict[str, Any]] = MongoClient(self.store.url)
        with client:
            return asyncio.run(received()), [found["_id"] for found in client.kept.values.find()]


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.containers)])
def servers(request: pytest.FixtureRequest, stack_folder: Path) -> Servers:
    provider = PROVIDERS[request.param]()
    provider.prepare()
    table = ProcessTable(stack_folder)
    return Servers(table, provider.kafka(table), provider.store(table, "test-store", durable=True))


def test_what_was_written_outlives_a_kill_and_what_is_stopped_ends_by_itself(servers: Servers) -> None:
    servers.start()
    before = (servers.kafka.url, servers.store.url)
    servers.write("kept")

    for name in servers.names:
        servers.table.signal(name, signal.SIGKILL)
    servers.start()

    assert (servers.kafka.url, servers.store.url) == before
    assert servers.read() == (["kept"], ["kept"])
    assert all(server.memory() for server in (servers.kafka, servers.store))
    assert (servers.table.stop(servers.names, GRACE), servers.table.running()) == ([], {})
