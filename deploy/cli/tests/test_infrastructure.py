"""Broker and stores as local processes: taken ports, topics, and what a group has not read yet."""

import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from careflow_cli.domain_clock.backlog import Backlog
from careflow_cli.errors import CareflowError
from careflow_cli.infra import providers, topics
from careflow_cli.infra.kafka import cluster_id
from careflow_cli.infra.server import await_ready
from careflow_cli.processes import table as processes
from careflow_cli.processes.ports import HOST, free_ports
from careflow_cli.processes.table import ProcessTable
from careflow_cli.pytest_plugin import MakeTopic


@pytest.mark.store
@pytest.mark.kafka
@pytest.mark.parametrize(
    ("provided", "kind"),
    [
        ("local", "store"),
        pytest.param("local", "kafka", marks=pytest.mark.thorough),
        pytest.param("docker", "kafka", marks=pytest.mark.containers),
    ],
)
def test_a_port_taken_between_looking_and_binding_is_tried_again_elsewhere(
    stack_folder: Path, monkeypatch: pytest.MonkeyPatch, provided: str, kind: str
) -> None:
    table = ProcessTable(stack_folder)
    provider = providers.PROVIDERS[provided]()
    provider.prepare()
    server = provider.kafka(table) if kind == "kafka" else provider.store(table, "test-store", durable=False)
    with socket.create_server((HOST, 0)) as somebody:
        taken = somebody.getsockname()[1]
        answers = iter([(taken, *free_ports(1))])

        def late(count: int, preferred: Sequence[int] = ()) -> tuple[int, ...]:
            return next(answers, ())[:count] or free_ports(count)

        monkeypatch.setattr(processes, "free_ports", late)
        server.start()
        await_ready([server])

        assert str(taken) not in server.url


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    ids = [cluster_id() for _ in range(1000)]

    assert {len(drawn) for drawn in ids} == {22}
    assert not any(drawn.startswith("-") for drawn in ids)


@pytest.mark.kafka
async def test_topics_are_applied_twice_without_harm(kafka_url: str) -> None:
    await topics.apply(kafka_url, topics.declared())
    await topics.apply(kafka_url, topics.declared())


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("partitions", "config", "complaint"),
    [
        (5, {}, "has 3 partitions, declared are 5"),
        (3, {"retention.ms": "1"}, "has retention.ms=2592000000, declared is 1"),
    ],
)
async def test_a_topic_that_differs_is_refused_not_altered(
    kafka_url: str, make_topic: MakeTopic, partitions: int, config: dict[str, str], complaint: str
) -> None:
    other = topics.Topic(make_topic(partitions=3), partitions, config)

    with pytest.raises(CareflowError, match=complaint):
        await topics.apply(kafka_url, [other])


def test_an_unknown_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREFLOW_INFRA", "cloud")

    with pytest.raises(CareflowError, match="cloud is unknown; it is one of auto, local, docker, external"):
        providers.chosen()


def test_external_servers_are_addressed_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as somebody:
        monkeypatch.setenv("BOOKING_MONGO_URL", f"mongodb://user:secret@{HOST}:{somebody.getsockname()[1]}/?tls=true")
        monkeypatch.delenv("KAFKA_URL", raising=False)
        provider = providers.ExternalProvider()
        store = provider.store(ProcessTable(tmp_path), "booking-store", durable=True)

        store.start()

        assert store.ready()
        with pytest.raises(CareflowError, match="needs KAFKA_URL"):
            provider.kafka(ProcessTable(tmp_path)).ready()


class AtRest(BaseHTTPRequestHandler):
    """A service that has nothing left to do."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(
            b'{"outbox_unpublished": 0, "effects_pending": 0, "parked": 0, "next_deadline": null,'
            b' "domain_time": "2026-01-01T00:00:00+00:00"}'
        )


@pytest.fixture
def service_at_rest() -> Iterator[str]:
    with HTTPServer((HOST, 0), AtRest) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://{HOST}:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.kafka
async def test_a_stack_is_not_at_rest_while_a_group_has_records_to_read(
    kafka_url: str, make_topic: MakeTopic, service_at_rest: str
) -> None:
    topic = make_topic(partitions=1)
    group = f"careflow.listener.{topic}"
    async with AIOKafkaProducer(bootstrap_servers=kafka_url) as producer:
        for number in range(3):
            await producer.send_and_wait(topic, str(number).encode())
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_url, group_id=group, enable_auto_commit=False)
    async with consumer, Backlog({"listener": service_at_rest}, lambda: "token", kafka_url) as backlog:
        await consumer.commit({TopicPartition(topic, 0): 1})
        behind = await backlog.left_to_do()
        await consumer.commit({TopicPartition(topic, 0): 3})
        read = await backlog.left_to_do()

    assert behind == f"{group}: 2 records to read"
    assert read == ""
