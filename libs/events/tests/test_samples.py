"""The golden samples: every event, as it was and will always be readable."""

import json

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from careflow_events.catalogue import CATALOGUE, read
from careflow_events.contracts import FeedCheckpoint
from careflow_events.contracts.model import EventData, Section
from careflow_events.contracts.sealed import Sealed, sealed_fields
from careflow_events.envelope import confirm_key, decode
from careflow_events.schemas import producer, published
from careflow_events.testing.examples import examples
from careflow_events.testing.samples import (
    FOLDER,
    Sample,
    every_sample,
    place_of,
    sample_key_ring,
    samples,
    with_unknown_codes,
    with_unknown_fields,
)

CONSUMERS = ("booking", "screening", "sessions", "billing")
ENVELOPE_SCHEMA = orjson.loads((FOLDER.parent / "schemas" / "envelope.json").read_bytes())
EXAMPLES = {(type(example.data), example.name): example.data for example in examples()}

each_sample = pytest.mark.parametrize("sample", samples(), ids=str)


def read_by_everybody(sample: Sample) -> dict[str, EventData]:
    return {consumer: read(decode(sample.value, sample.headers), sample_key_ring(consumer)) for consumer in CONSUMERS}


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=str)
def test_every_event_has_a_sample(contract: type[EventData]) -> None:
    assert list(place_of(contract).glob("*.json"))


def test_every_sample_is_of_an_event() -> None:
    known = {path for contract in CATALOGUE.values() for path in place_of(contract).glob("*.json")}

    assert set(FOLDER.glob("*/*/*.json")) == known


@each_sample
class TestEachSample:
    def test_is_what_its_example_says_to_whom_it_is_addressed(self, sample: Sample) -> None:
        example = EXAMPLES[sample.contract, sample.name]
        sections = {field.name: field.consumers for field in sealed_fields(sample.contract)}

        for consumer, data in read_by_everybody(sample).items():
            closed = {name: Sealed[Section](None) for name, to in sections.items() if consumer not in to}
            assert data == example.model_copy(update=closed)

    def test_without_keys_only_the_sealed_sections_stay_closed(self, sample: Sample) -> None:
        data = read(decode(sample.value, []), None)

        assert all(getattr(data, field.name).value is None for field in sealed_fields(sample.contract))

    def test_is_keyed_by_its_subject(self, sample: Sample) -> None:
        confirm_key(sample.envelope, sample.key)
        if sample.contract is not FeedCheckpoint:
            data = orjson.loads(sample.value)["data"]
            patient, location = data.get("patient_id"), data.get("location_id")
            assert sample.key == (f"patient:{patient}" if patient else f"location:{location}").encode()

    def test_fits_the_envelope_and_both_schemas(self, sample: Sample) -> None:
        event = orjson.loads(sample.value)

        Draft202012Validator(ENVELOPE_SCHEMA, format_checker=FormatChecker()).validate(event)
        for schema in (published(sample.contract), producer(sample.contract)):
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(event["data"])

    def test_with_unknown_fields_it_reads_the_same(self, sample: Sample) -> None:
        assert read_by_everybody(with_unknown_fields(sample)) == read_by_everybody(sample)

    def test_with_unknown_codes_it_is_read_with_unknown(self, sample: Sample) -> None:
        newer = with_unknown_codes(sample)
        recoded = newer.value != orjson.dumps(orjson.loads(sample.value))

        for data in read_by_everybody(newer).values():
            assert ("unknown" in orjson.dumps(data.model_dump(mode="json")).decode()) == recoded

    def test_what_a_newer_producer_sends_fits_the_published_schema_only(self, sample: Sample) -> None:
        data = orjson.loads(with_unknown_fields(with_unknown_codes(sample)).value)["data"]

        Draft202012Validator(published(sample.contract)).validate(data)
        assert not Draft202012Validator(producer(sample.contract)).is_valid(data)


def test_consumers_get_each_sample_in_three_forms() -> None:
    assert len(list(every_sample())) == 3 * len(samples())


def test_samples_can_be_asked_for_by_topic() -> None:
    topics = {sample.contract.topic.name for sample in samples("careflow.screening.safety.v1")}

    assert topics == {"careflow.screening.safety.v1", "*"}


def test_nothing_of_the_patient_is_readable_in_any_sample() -> None:
    """Names, contact, birth date, diagnoses, drugs, instruments: sealed or not there at all."""
    names = ("Marisol", "Brandt", "Okafor", "1988", "1415555", "Alder")
    clinical = ("F33", "90792", "phq", "gad", "lamotrigine", "penicillin", "ptsd")

    for sample in samples():
        lies_open = without_ciphertext(json.loads(sample.value))
        assert not [secret for secret in (*names, *clinical) if secret in lies_open], str(sample)


def without_ciphertext(document: object) -> str:
    """The text of a document but for what is random in it: three letters turn up in any ciphertext sooner or later."""
    match document:
        case {"ciphertext": _, "recipients": _}:
            return ""
        case dict():
            return " ".join(f"{name} {without_ciphertext(value)}" for name, value in document.items())
        case list():
            return " ".join(map(without_ciphertext, document))
        case _:
            return str(document)
