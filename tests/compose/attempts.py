"""What somebody is told who tries to use Kafka, from inside a container of a worker."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tests.compose.project import Project

DONE = "done"
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from careflow_events.kafka.account import NO_OPTIONS, KafkaAccount
from careflow_events.kafka.topic_ids import identify

async def write(topic, _, options):
    async with AIOKafkaProducer(bootstrap_servers="kafka:9092", **options) as client:
        await client.send_and_wait(topic, b"{}", partition=0)

async def read(topic, group, options):
    if topic not in await identify("kafka:9092", [topic], options):
        raise PermissionError  # the broker does not let it see that there is one
    async with AIOKafkaConsumer(
        bootstrap_servers="kafka:9092", group_id=group, enable_auto_commit=False, **options
    ) as client:
        place = TopicPartition(topic, 0)
        client.assign([place])
        client.seek(place, 0)
        await client.getmany(place, timeout_ms=1000)
        await client.committed(place)

async def told(account, password, does, topic, group):
    authorities = Path("/run/secrets/kafka-authority")
    options = KafkaAccount(account, password, authorities).options() if account else NO_OPTIONS
    try:
        await {"write": write, "read": read}[does](topic, group, options)
    except Exception as error:
        return type(error).__name__
    return "done"

async def main():
    print(json.dumps(await asyncio.gather(*(told(*each) for each in json.loads(sys.argv[1])))))

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`account` does something with a topic; without one, in plain text. A wrong password is said by `password`."""

    account: str
    does: str
    topic: str
    group: str = ""
    password: str | None = None

    def argument(self, project: Project) -> list[str]:
        own = project.folder / "secrets" / f"{self.account}-kafka.password"
        known = own.read_text("utf-8") if self.account else ""
        return [self.account, known if self.password is None else self.password, self.does, self.topic, self.group]


def told(project: Project, attempts: Sequence[Attempt]) -> list[str]:
    """The name of the client's error for each, or `DONE`."""
    (worker,) = project.containers("booking-worker")
    arguments = json.dumps([each.argument(project) for each in attempts])
    done = project.execute(worker["Id"], "python", "-c", PROGRAM, arguments)
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[str] = json.loads(done.stdout)
    return answers
