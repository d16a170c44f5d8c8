"""Topic ids: a topic deleted and made again has the same name and another id. The client library does not show them,
so the metadata request that does (KIP-516, version 12) is described here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

from careflow_events.kafka.account import NO_OPTIONS

_ID = Schema(("high", Int64), ("low", Int64))
_MASK = (1 << 64) - 1


class _MetadataResponse(Response):  # type: ignore[misc]  # the client library has no types
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _ID),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("topic_authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _MetadataRequestStruct(RequestStruct):  # type: ignore[misc]  # as above
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", _ID), ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicMetadata(Request[_MetadataRequestStruct]):  # type: ignore[misc]  # as above
    API_KEY = 3

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_MetadataRequestStruct]) -> _MetadataRequestStruct:
        named: list[tuple[tuple[int, int], str, dict[int, bytes]]] = [((0, 0), name, {}) for name in self._topics]
        return request_struct_class(named, False, False, {})


@dataclass(frozen=True, slots=True)
class TopicIdentity:
    """Which topic has a name now."""

    topic_id: str
    partitions: tuple[int, ...]


async def identify(
    bootstrap_servers: str, topics: Iterable[str], options: Mapping[str, Any] = NO_OPTIONS
) -> dict[str, TopicIdentity]:
    """Those of the named topics that exist. Raises KafkaError when no broker answers."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, **options)
    try:
        await client.bootstrap()
        answer = await client.send(client.get_random_node(), _TopicMetadata(topics))
    finally:
        await client.close()
    return {
        name: TopicIdentity(
            str(UUID(int=(high & _MASK) << 64 | (low & _MASK))), tuple(sorted(number for _, number, *_ in partitions))
        )
        for error, name, (high, low), _, partitions, *_ in answer.topics
        if error == 0
    }
