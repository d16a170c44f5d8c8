"""What a service says, as one AsyncAPI 3.0 document: its topics, its events, how each is written, one example of each.

Payload schemas stand under `components`, in the specification's own schema format (JSON Schema draft 7 and more): the
official parser neither checks payloads of another format nor follows a `$defs` of theirs. Who hears what is not part
of the contract: `says` is all there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts.model import EventData
from careflow_events.envelope import CONTENT_TYPE, ID_HEADER, TYPE_HEADER
from careflow_events.schemas import published
from careflow_events.schemas.envelope import ENVELOPE
from careflow_events.topics import EVERY_TOPIC, SERVICES, Topic, topics_of

Document = dict[str, Any]
Examples = Mapping[type[EventData], Document]
"""An event as it goes over the wire, for some of the contracts."""

NO_EXAMPLES: Final[Examples] = {}
VERSION: Final = "3.0.0"
_KAFKA: Final = "0.5.0"
"""The version of the Kafka binding."""


class NamesClash(Exception):
    """Two models of one name mean different things, and would be one in the document."""


def document(services: Sequence[str] = SERVICES, examples: Examples = NO_EXAMPLES) -> Document:
    """The document of everything these services say. Raises NamesClash."""
    topics = [topic for service in services for topic in topics_of(service)]
    said = {topic.name: _said_on(topic) for topic in topics}
    contracts = list(dict.fromkeys(contract for each in said.values() for contract in each))
    name = services[0] if len(services) == 1 else None
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "CareFlow events" if name is None else f"CareFlow {name}: events",
            "version": "1",
            "description": "Records are CloudEvents 1.0 in structured JSON, keyed by `subject`. Order holds within a "
            "stream (topic and subject), which `sequence` counts from 1 without gaps; records arrive at least once. "
            "Fields, values of codes marked `open`, and types of event may be added: ignore those you do not know.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic, said[topic.name]) for topic in topics},
        "operations": {f"{topic.name}.say": _operation(topic) for topic in topics},
        "components": {
            "messages": {contract.name(): _message(contract, examples.get(contract)) for contract in contracts},
            "schemas": _schemas(contracts),
        },
    }


def _said_on(topic: Topic) -> list[type[EventData]]:
    return [contract for contract in CATALOGUE.values() if contract.topic in (topic, EVERY_TOPIC)]


def _channel(topic: Topic, contracts: Iterable[type[EventData]]) -> Document:
    return {
        "address": topic.name,
        "description": f"Written by {topic.service} alone. Who may read {topic.classification.value} events may read "
        "it.",
        "messages": {each.name(): {"$ref": f"#/components/messages/{each.name()}"} for each in contracts},
        "bindings": {"kafka": {"topic": topic.name, "bindingVersion": _KAFKA}},
        "x-dataclassification": topic.classification.value,
    }


def _operation(topic: Topic) -> Document:
    # `~1` and `~0` would be needed for a slash or a tilde; names of topics have neither.
    return {"action": "send", "channel": {"$ref": f"#/channels/{topic.name}"}}


def _message(contract: type[EventData], example: Document | None) -> Document:
    every_topic = contract.topic is EVERY_TOPIC
    own: Document = {"type": {"const": contract.type()}, "dataschema": {"const": contract.schema_id()}}
    if not every_topic:
        own["source"] = {"const": f"/careflow/{contract.topic.service}"}
        own["dataclassification"] = {"const": contract.topic.classification.value}
    key = {"type": "string", "description": "The event's `subject`, byte for byte."}
    return {
        "name": contract.type(),
        "title": contract.name(),
        "summary": _first_sentence(contract),
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                "content-type": {"const": CONTENT_TYPE},
                TYPE_HEADER: {"const": contract.type()},
                ID_HEADER: {"type": "string", "description": "The event's `id`."},
                "traceparent": {"type": "string", "description": "W3C trace context."},
            },
            "required": ["content-type", TYPE_HEADER, ID_HEADER],
        },
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [
                {"$ref": _place("Envelope")},
                {"type": "object", "properties": {**own, "data": {"$ref": _place(contract.name())}}},
            ]
        },
        "bindings": {"kafka": {**({} if every_topic else {"key": key}), "bindingVersion": _KAFKA}},
        **({} if example is None else {"examples": [{"payload": example}]}),
    }


def _first_sentence(contract: type[EventData]) -> str:
    text = " ".join((contract.__doc__ or "").split())
    head, point, _ = text.partition(". ")
    return head + point.strip()


def _schemas(contracts: Iterable[type[EventData]]) -> Document:
    found: Document = {"Envelope": _adapted(ENVELOPE)}
    for contract in contracts:
        schema = published(contract)
        for name, model in {**schema.pop("$defs", {}), contract.name(): schema}.items():
            adapted = _adapted(model)
            if found.setdefault(name, adapted) != adapted:
                raise NamesClash(name)
    return found


def _adapted(node: Any) -> Any:
    """The same schema in draft 7, where nothing may stand beside a `$ref` and definitions are the document's."""
    if isinstance(node, list):
        return [_adapted(item) for item in node]
    if not isinstance(node, dict | Mapping):
        return node
    adapted = {key: _adapted(value) for key, value in node.items() if key not in {"$schema", "$id"}}
    if "dependentRequired" in adapted:
        adapted["dependencies"] = adapted.pop("dependentRequired")
    if "$ref" in adapted:
        reference = {"$ref": _place(adapted.pop("$ref").rpartition("/")[2])}
        return {"allOf": [reference], **adapted} if adapted else reference
    return adapted


def _place(name: str) -> str:
    return f"#/components/schemas/{name}"
