"""Three brokers, as `--with ha --with secure` has them: one that leads is killed with its data while one writes."""

import json
from collections.abc import Iterator

import pytest

from careflow_cli.deployment.deployment import EXAMPLE_PRACTICE, Wishes
from careflow_cli.deployment.overlays import Overlay
from tests.compose.project import ROOT, Project, docker, what_is_missing

BROKERS = {1: "kafka", 2: "kafka-2", 3: "kafka-3"}
WRITING_SECONDS = "20"
TOPIC = "careflow.refeed.billing.v1"
"""One that nobody hears: none of the services runs here."""
PROGRAM = """
import asyncio, json, sys, time
from pathlib import Path
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from careflow_events.kafka.account import KafkaAccount

secret = Path("/run/secrets")
account = KafkaAccount("topics", (secret / "kafka-password").read_text().strip(), secret / "kafka-authority")
clients = {"bootstrap_servers": "kafka:9092,kafka-2:9092,kafka-3:9092", **account.options()}

async def standing(topic, patience):
    admin = AIOKafkaAdminClient(**clients)
    await admin.start()
    until = time.monotonic() + float(patience)
    while True:
        (described,) = await admin.describe_topics([topic])
        told = [[each["leader"], sorted(each["isr"])] for each in described["partitions"]]
        if all(isr == [1, 2, 3] for _, isr in told) or time.monotonic() > until:
            return told
        await asyncio.sleep(0.5)

async def write(topic, seconds):
    acknowledged, number, until = {}, 0, time.monotonic() + float(seconds)
    async with AIOKafkaProducer(acks="all", enable_idempotence=True, **clients) as producer:
        while time.monotonic() < until or number < 120:
            sent = [await producer.send(topic, b"%d" % (number + one), partition=one) for one in range(12)]
            for each in sent:
                at = await each
                acknowledged[number] = (at.partition, at.offset)
                number += 1
            print(number, "acknowledged", flush=True)
    reader = AIOKafkaConsumer(enable_auto_commit=False, **clients)
    await reader.start()
    places = [TopicPartition(topic, one) for one in range(12)]
    reader.assign(places)
    await reader.seek_to_beginning()
    ends, read = await reader.end_offsets(places), {}
    while any([await reader.position(place) < ends[place] for place in places]):
        for place, records in (await reader.getmany(timeout_ms=1000)).items():
            read |= {(record.partition, record.offset): int(record.value) for record in records}
    await reader.stop()
    lost = [number for number, at in acknowledged.items() if read.get(at) != number]
    return {"acknowledged": number, "lost": lost, "read": len(read)}

print(json.dumps(asyncio.run({"standing": standing, "write": write}[sys.argv[1]](*sys.argv[2:]))))
"""


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Kafka alone, with its topics."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    wishes = Wishes(
        bundled=frozenset({Overlay.HA, Overlay.SECURE, Overlay.IDENTITY}),
        host="careflow.example.org",
        practice=ROOT / EXAMPLE_PRACTICE,
    )
    with Project.prepared(tmp_path_factory.mktemp("ha"), wishes) as project:
        project.build("topics")
        project.compose("up", "--detach", *BROKERS.values())
        project.await_healthy()
        project.compose("run", "--rm", "-T", "topics")
        yield project


def asked(*arguments: str) -> list[str]:
    """How the program is started in a container beside the brokers."""
    return ["run", "--rm", "-T", "--entrypoint", "python", "topics", "-c", PROGRAM, *arguments]


def standing(project: Project, patience: int) -> list[tuple[int, list[int]]]:
    """Of each partition who leads it and which brokers have all of it, once all have or patience is out."""
    said = project.compose(*asked("standing", TOPIC, str(patience)))
    return [(leads, in_sync) for leads, in_sync in json.loads(said.splitlines()[-1])]


def test_what_was_acknowledged_outlives_a_broker_that_leads_and_its_data(brokers: Project) -> None:
    known = standing(brokers, 60)
    assert {tuple(in_sync) for _, in_sync in known} == {(1, 2, 3)}
    leader = known[0][0]
    broker = BROKERS[leader]

    with brokers.running(*asked("write", TOPIC, WRITING_SECONDS)) as writing:
        assert writing.stdout is not None
        assert "acknowledged" in writing.stdout.readline()
        (container,) = brokers.containers(broker)
        docker("rm", "--force", container["Id"])
        docker("volume", "rm", f"{brokers.name}_{broker if leader > 1 else 'kafka-1'}")
        said, _ = writing.communicate(timeout=300)

    assert writing.returncode == 0
    told = json.loads(said.splitlines()[-1])
    assert told["lost"] == []
    assert told["read"] >= told["acknowledged"] >= 120

    brokers.compose("up", "--detach", "--no-deps", broker)
    assert {tuple(in_sync) for _, in_sync in standing(brokers, 120)} == {(1, 2, 3)}, "the others taught it everything"
