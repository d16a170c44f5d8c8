"""The topics as `deploy/kafka/topics.yaml` declares them, and making a broker have them.

Invariant: applying twice changes nothing, and a topic that exists with other partitions or settings is an error,
never altered: its partitions decide which records stay in order.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from careflow_cli import checkout
from careflow_cli.errors import CareflowError
from careflow_events.kafka.account import NO_OPTIONS

KNOWN_WITHIN = 20.0  # seconds for a broker to know the topics it just made


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as declared."""

    name: str
    partitions: int
    config: Mapping[str, str]
    replicas: int = 1
    """Brokers that keep it."""


def declared() -> tuple[Topic, ...]:
    """The topics of a local stack, with few partitions."""
    return _read(checkout.root() / "deploy" / "kafka" / "topics.yaml", "local_partitions")


def for_deployment(file: Path, replicas: int = 1) -> tuple[Topic, ...]:
    """The topics of a deployment as this file declares them, on so many brokers. Raises CareflowError when it cannot be
    read.
    """
    return _read(file, "partitions", replicas)


def _read(file: Path, partitions: str, replicas: int = 1) -> tuple[Topic, ...]:
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
        return tuple(Topic(row["name"], content[partitions], content["config"], replicas) for row in content["topics"])
    except OSError as error:
        raise CareflowError(f"{file} cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise CareflowError(f"{file} does not declare topics as deploy/kafka/topics.yaml does") from error


async def apply(kafka_url: str, topics: Sequence[Topic], options: Mapping[str, Any] = NO_OPTIONS) -> None:
    """Make the broker have these topics. `options` are those of an account. Raises CareflowError when one exists and
    differs.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url, **options)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        answer = (
            await admin.create_topics(
                [
                    NewTopic(topic.name, topic.partitions, topic.replicas, topic_configs=dict(topic.config))
                    for topic in missing
                ]
            )
            if missing
            else None
        )
        for name, code, message in answer.topic_errors if answer else ():
            if code not in (0, TopicAlreadyExistsError.errno):
                raise CareflowError(f"topic {name} could not be made: {message}")
        await verify(admin, topics)
    except KafkaError as error:
        raise CareflowError(f"the topics could not be applied to {kafka_url}: {error}") from error
    finally:
        await admin.close()


async def verify(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    """Compare what the broker has with what is declared."""
    described = await describe(admin, [topic.name for topic in topics])
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    actual = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in await admin.describe_configs(wanted)
        for resource in response.resources
    }
    for topic in topics:
        partitions = described[topic.name]
        if len(partitions) != topic.partitions:
            raise CareflowError(f"topic {topic.name} has {len(partitions)} partitions, declared are {topic.partitions}")
        if min(partitions) < topic.replicas:
            raise CareflowError(f"topic {topic.name} is kept by {min(partitions)} brokers, not by {topic.replicas}")
        for setting, value in topic.config.items():
            if actual[topic.name].get(setting) != value:
                raise CareflowError(
                    f"topic {topic.name} has {setting}={actual[topic.name].get(setting)}, declared is {value}"
                )


async def describe(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, list[int]]:
    """Topic -> how many brokers keep each partition; waits until a broker that just made them knows them."""
    deadline = asyncio.get_running_loop().time() + KNOWN_WITHIN
    while True:
        described = {
            row["topic"]: [len(partition["replicas"]) for partition in row["partitions"]]
            for row in await admin.describe_topics(list(names))
        }
        if all(described.values()):
            return described
        if asyncio.get_running_loop().time() > deadline:
            raise CareflowError(f"the broker does not know its new topics after {KNOWN_WITHIN:.0f} s")
        await asyncio.sleep(0.05)
