"""Who may do what at a Kafka that asks for accounts: by `deploy/kafka/topics.yaml`, and by the readers a deployment
admits.

Invariant: an account may do what is granted here and nothing else. Applying adds what is missing, and takes away what
anybody else has granted.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from careflow_cli.deployment.kafka_accounts import OPEN_TO_READERS, OWN
from careflow_cli.errors import CareflowError
from careflow_events.topics import EVERY_SERVICE, SERVICES

_ANY: Final = 1
_ALLOW: Final = 3
_EVERY_HOST: Final = "*"


class Resource(IntEnum):
    """What is granted; the numbers are Kafka's, here and below."""

    TOPIC = 2
    GROUP = 3


class Pattern(IntEnum):
    """Whether a name is the whole name, or how it begins."""

    LITERAL = 3
    PREFIXED = 4


class Operation(IntEnum):
    """Each implies to see that the thing is there."""

    READ = 3
    WRITE = 4


class Grant(NamedTuple):
    """One thing an account may do, from wherever it comes."""

    account: str
    operation: Operation
    resource: Resource
    name: str
    pattern: Pattern = Pattern.LITERAL


def granted(declared: Mapping[str, Any], readers: Mapping[str, Sequence[str]]) -> frozenset[Grant]:
    """All of it. `declared` is what `topics.yaml` holds; `readers` are accounts of others, each with the
    classifications it may read.
    """
    return frozenset([*_of_services(declared), *_of_readers(declared, readers)])


def _of_services(declared: Mapping[str, Any]) -> Iterator[Grant]:
    for topic in declared["topics"]:
        writers = SERVICES if topic["writer"] == EVERY_SERVICE else (topic["writer"],)
        for writer in writers:
            yield Grant(writer, Operation.WRITE, Resource.TOPIC, topic["name"])
        for reader in topic["readers"]:
            yield Grant(reader, Operation.READ, Resource.TOPIC, topic["name"])
        if topic["writer"] != EVERY_SERVICE:  # it looks there for what its own store may have lost
            yield Grant(topic["writer"], Operation.READ, Resource.TOPIC, topic["name"])
    for service in SERVICES:
        yield Grant(service, Operation.READ, Resource.GROUP, f"careflow.{service}.", Pattern.PREFIXED)


def _of_readers(declared: Mapping[str, Any], readers: Mapping[str, Sequence[str]]) -> Iterator[Grant]:
    for reader, classifications in readers.items():
        yield Grant(reader, Operation.READ, Resource.GROUP, f"{reader}.", Pattern.PREFIXED)
        for topic in declared["topics"]:
            if topic["classification"] in classifications:
                yield Grant(reader, Operation.READ, Resource.TOPIC, topic["name"])


def for_deployment(topics: Path, readers: Path) -> frozenset[Grant]:
    """What these files say. Raises CareflowError when one cannot be read."""
    try:
        admitted = json.loads(readers.read_bytes())
        if any(not set(classes) <= {*OPEN_TO_READERS} for classes in admitted.values()) or {*OWN} & admitted.keys():
            raise CareflowError(f"{readers} admits somebody to what no reader may read, or under a name of ours")
        return granted(yaml.safe_load(topics.read_text("utf-8")), admitted)
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CareflowError(f"{topics} or {readers} cannot be read ({type(error).__name__})") from error


async def apply(kafka_url: str, wanted: frozenset[Grant], options: Mapping[str, Any]) -> None:
    """Make the broker grant exactly this. Raises CareflowError when it does not."""
    client = AIOKafkaClient(bootstrap_servers=kafka_url, **options)
    try:
        await client.bootstrap()
        there = await _there(client)
        for entry in sorted({_entry(grant) for grant in wanted} - there):
            _check(await client.send(client.get_random_node(), CreateAclsRequest(*entry)))
        for entry in sorted(there - {_entry(grant) for grant in wanted}):
            _check(await client.send(client.get_random_node(), DeleteAclsRequest(*entry)))
    except KafkaError as error:
        raise CareflowError(f"access could not be granted at {kafka_url}: {error}") from error
    finally:
        await client.close()


_Entry = tuple[int, str, int, str, str, int, int]
"""As Kafka writes it: resource, name, pattern, principal, host, operation, permission."""


def _entry(grant: Grant) -> _Entry:
    principal = f"User:{grant.account}"
    return (grant.resource, grant.name, grant.pattern, principal, _EVERY_HOST, grant.operation, _ALLOW)


async def _there(client: AIOKafkaClient) -> frozenset[_Entry]:
    everything = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)
    answer = await client.send(client.get_random_node(), everything)
    if answer.error_code:
        raise CareflowError(f"what is granted cannot be asked: {answer.error_message}")
    return frozenset(
        (resource, name, pattern, principal, host, operation, permission)
        for resource, name, pattern, entries, *_ in answer.resources
        for principal, host, operation, permission, *_ in entries
    )


def _check(answer: Any) -> None:
    """Both answers hold a row for the one thing asked: code and message come first."""
    (row,) = answer.to_object().get("filter_responses") or answer.to_object()["creation_responses"]
    if row["error_code"]:
        raise CareflowError(f"access could not be changed: {row['error_message']}")
