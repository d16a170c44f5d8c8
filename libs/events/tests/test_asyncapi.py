"""The AsyncAPI documents: by the specification's own schema, complete, and true of every sample."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT7

from careflow_events import contracts
from careflow_events.catalogue import CATALOGUE, written_by
from careflow_events.contracts.model import EventData
from careflow_events.schemas import asyncapi
from careflow_events.schemas.__main__ import INTEGRATORS, asyncapi_files
from careflow_events.testing.samples import Sample, samples, with_unknown_codes, with_unknown_fields
from careflow_events.topics import EVERY_TOPIC, SERVICES, topics_of

Document = dict[str, Any]
SPECIFICATION = json.loads((Path(__file__).parent / "published" / "asyncapi-3.0.0.json").read_text())
MERGED: Document = orjson.loads((INTEGRATORS / "asyncapi.json").read_bytes())
REGISTRY: Registry[Any] = Registry().with_resource("careflow:merged", DRAFT7.create_resource(MERGED)).crawl()


def by_service(service: str) -> Document:
    """The committed document of one service."""
    found: Document = orjson.loads((INTEGRATORS / service / "asyncapi.json").read_bytes())
    return found


def payload_of(contract: type[EventData]) -> Draft7Validator:
    """What the merged document asks of an event on the wire."""
    place = f"careflow:merged#/components/messages/{contract.name()}/payload"
    return Draft7Validator({"$ref": place}, registry=REGISTRY, format_checker=FormatChecker())


def test_the_committed_documents_are_what_the_models_say() -> None:
    assert {path: (INTEGRATORS / path).read_bytes() for path in asyncapi_files()} == asyncapi_files()


def test_the_merged_document_is_valid_by_the_specifications_own_schema() -> None:
    assert [error.message for error in Draft7Validator(SPECIFICATION).iter_errors(MERGED)] == []


def test_the_specifications_schema_would_find_a_fault() -> None:
    assert not Draft7Validator(SPECIFICATION).is_valid({**MERGED, "channels": {"x": {"addres": "typo"}}})


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_document_is_its_part_of_the_merged_one(service: str) -> None:
    own = by_service(service)

    assert own["channels"] == {topic.name: MERGED["channels"][topic.name] for topic in topics_of(service)}
    said = {contract.name() for contract in written_by(service)} | {
        contracts.FeedCheckpoint.name(),
        contracts.EventErased.name(),
    }
    assert own["components"]["messages"].keys() == said
    for part in ("messages", "schemas"):
        assert own["components"][part].items() <= MERGED["components"][part].items()


def test_every_event_is_in_the_channel_it_is_published_to_and_has_an_example() -> None:
    for contract in CATALOGUE.values():
        channels = {name for name, channel in MERGED["channels"].items() if contract.name() in channel["messages"]}
        everywhere = contract.topic is EVERY_TOPIC
        assert channels == (MERGED["channels"].keys() if everywhere else {contract.topic.name})
        assert MERGED["components"]["messages"][contract.name()]["examples"]


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_what_it_says_of_an_event_is_true_of_its_samples_also_of_newer_ones(sample: Sample) -> None:
    payload = payload_of(sample.contract)

    for each in (sample, with_unknown_fields(sample), with_unknown_codes(sample)):
        payload.validate(orjson.loads(each.value))


def test_an_event_is_not_taken_for_another() -> None:
    booked = next(sample for sample in samples() if sample.contract is contracts.ConsultationBooked)

    assert payload_of(contracts.ConsultationBooked).is_valid(orjson.loads(booked.value))
    assert not payload_of(contracts.ConsultationMissed).is_valid(orjson.loads(booked.value))


def test_two_models_of_one_name_are_never_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def published(contract: type[EventData]) -> Document:
        return {"title": contract.name(), "$defs": {"Provider": {"description": contract.name()}}}

    monkeypatch.setattr(asyncapi, "published", published)

    with pytest.raises(asyncapi.NamesClash, match="Provider"):
        asyncapi.document()


def test_references_lead_somewhere() -> None:
    for service in SERVICES:
        document = by_service(service)
        for reference in references(document):
            node: Any = document
            for step in reference.removeprefix("#/").split("/"):
                node = node[step]


def references(node: Any) -> list[str]:
    """Every `$ref` in a document."""
    if isinstance(node, list):
        return [found for item in node for found in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for value in node.values() for found in references(value)]
