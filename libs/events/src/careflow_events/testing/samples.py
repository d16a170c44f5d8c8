"""The golden samples: one committed CloudEvent or more per event type, with real values. Once released, a sample is
never changed.

Every consumer's tests read them, also as a newer producer might send them. Their sealed sections are sealed to keys
that are committed beside them and protect nothing. `python -m careflow_events.testing.samples` writes the samples
that are missing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from careflow_events import instants
from careflow_events.catalogue import CATALOGUE, read
from careflow_events.contracts.model import EventData, PatientEvent
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import Envelope, decode, encode, record_headers
from careflow_events.publication import Publication, compose, location_subject, patient_subject
from careflow_events.schemas import published
from careflow_events.sealing import KeyRing, Sealer
from careflow_events.testing.example import CALL_AT, LOCATION, PATIENT, Example, id_at
from careflow_events.testing.examples import examples
from careflow_events.topics import BOOKING, EVERY_TOPIC

FOLDER: Final = Path(__file__).parents[3] / "samples"
"""Where the samples are committed, in a checkout."""

NEWER: Final = "newer_than_this_reader"
"""What a newer producer's unknown fields and codes are called here."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One committed event, as a record."""

    contract: type[EventData]
    name: str
    value: bytes

    @property
    def envelope(self) -> Envelope:
        return decode(self.value, [])

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        return record_headers(self.envelope)

    @property
    def key(self) -> bytes | None:
        return self.envelope.key()

    def __str__(self) -> str:
        return f"{self.contract.name()}/{self.name}"


def samples(*topics: str) -> tuple[Sample, ...]:
    """The samples of these topics (all without an argument), checkpoints included."""
    return tuple(
        Sample(contract, path.stem, path.read_bytes())
        for contract in CATALOGUE.values()
        if not topics or contract.topic.name in topics or contract.topic is EVERY_TOPIC
        for path in sorted(place_of(contract).glob("*.json"))
    )


def place_of(contract: type[EventData]) -> Path:
    """The folder of one event's samples."""
    return FOLDER / contract.topic.service / contract.name()


def sample_sealer() -> Sealer:
    """Seals to the keys of the samples."""
    return Sealer.from_file(FOLDER / "keys" / "public.jwks.json")


def sample_key_ring(consumer: str) -> KeyRing:
    """Opens what the samples hold for a consumer."""
    keys = orjson.loads((FOLDER / "keys" / "private.jwks.json").read_bytes())["keys"]
    return KeyRing(consumer, {"keys": [key for key in keys if key["kid"] == f"{consumer}-1"]})


def with_unknown_fields(sample: Sample) -> Sample:
    """The sample as a newer producer sends it: an unknown attribute, and an unknown field in every object of its open
    data.
    """
    event = orjson.loads(sample.value)
    grown = _grown(event["data"], published(sample.contract))
    return replace(sample, value=orjson.dumps({**event, "newerattribute": NEWER, "data": grown}))


def with_unknown_codes(sample: Sample) -> Sample:
    """The sample as a newer producer sends it: every open code of its open data has a value that is not known yet."""
    event = orjson.loads(sample.value)
    schema = published(sample.contract)
    return replace(sample, value=orjson.dumps({**event, "data": _recoded(event["data"], schema, schema)}))


def write_missing() -> list[Path]:
    """Write a sample for every example that has none; what is there stays as it is."""
    written = []
    numbers: Counter[str] = Counter()
    for example in examples():
        numbers[example.data.topic.name] += 1
        path = place_of(type(example.data)) / f"{example.name}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            event = orjson.loads(encode(_envelope(example, numbers[example.data.topic.name])))
            path.write_bytes(orjson.dumps(event, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            written.append(path)
    return written


def differing() -> list[Path]:
    """The samples that say otherwise than the examples they were written from, sealed sections aside."""
    found = []
    for example in examples():
        path = place_of(type(example.data)) / f"{example.name}.json"
        if path.exists() and _opened(read(decode(path.read_bytes(), []), None)) != _opened(example.data):
            found.append(path)
    return found


def _opened(data: EventData) -> dict[str, Any]:
    sealed = {field.name for field in sealed_fields(type(data))}
    return {name: value for name, value in data if name not in sealed}


def _envelope(example: Example, number: int) -> Envelope:
    identifier = id_at(f"samples/{example.data.name()}/{example.name}", example.time)
    if example.data.topic is EVERY_TOPIC:
        subject = patient_subject(example.data.patient_id) if isinstance(example.data, PatientEvent) else None
        return Envelope(
            id=identifier,
            source=f"/careflow/{BOOKING.service}",
            type=example.data.type(),
            subject=subject,
            stream=None if subject is None else BOOKING.stream(subject),
            sequence=None if subject is None else number,
            time=example.time,
            recordedtime=None if subject is None else example.time,
            dataschema=example.data.schema_id(),
            dataclassification=BOOKING.classification.value,
            data=example.data.model_dump(mode="json"),
        )
    return compose(
        Publication(subject=_subject(example.data), data=example.data, time=example.time),
        id=identifier,
        sequence=number,
        now=instants.to_utc(example.time),
        causation=id_at(f"samples/{example.data.name()}/{example.name}/cause", example.time),
        correlation=id_at("samples/care-path", CALL_AT),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        sealer=sample_sealer(),
    )


def _subject(data: EventData) -> str:
    return patient_subject(PATIENT) if isinstance(data, PatientEvent) else location_subject(LOCATION)


def _grown(value: Any, schema: Mapping[str, Any]) -> Any:
    """`value` with an unknown field in every object; sealed sections stay what they are."""
    if isinstance(value, list):
        return [_grown(item, {}) for item in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    sealed = {name for name in value if "x-plaintext" in properties.get(name, {})}
    grown = {name: item if name in sealed else _grown(item, {}) for name, item in value.items()}
    return {**grown, NEWER: {"anything": [1, None]}}


def _recoded(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    if "x-plaintext" in schema:
        return value
    if "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    if schema.get("x-code") == "open":
        return NEWER
    if isinstance(value, list):
        return [_recoded(item, schema.get("items", {}), document) for item in value]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _recoded(item, properties.get(name, {}), document) for name, item in value.items()}
    return value


def every_sample() -> Iterator[Sample]:
    """Every sample as it is, with unknown fields and with unknown codes."""
    for sample in samples():
        yield sample
        yield with_unknown_fields(sample)
        yield with_unknown_codes(sample)


if __name__ == "__main__":
    for path in write_missing():
        print(path)
