"""One event's envelope: CloudEvents 1.0, structured JSON in the record value, the routing attributes mirrored as
Kafka headers.

Invariant: what `encode` writes, `decode` reads back equal; what is not such an envelope raises MalformedEnvelope,
whose code never quotes the input.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson

from careflow_events import ijson, instants

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
DATA_CONTENT_TYPE: Final = "application/json"

LONGEST_ATTRIBUTE: Final = 512
"""Characters of one attribute."""

_SEQUENCE = re.compile(r"\d{10}", re.ASCII)
TYPE_HEADER: Final = "careflow-type"
ID_HEADER: Final = "careflow-id"
TRACE_HEADER: Final = "traceparent"
_MIRRORS: Final = {
    TYPE_HEADER: "type",
    ID_HEADER: "id",
    **{f"ce_{name}": name for name in ("id", "type", "source", "specversion")},
}
"""Headers that repeat an attribute, ours and those of others who write structured records; one that says another thing
than the value is a lie to whoever routes by it.
"""
Headers = Sequence[tuple[str, bytes | None]]


class EnvelopeFault(StrEnum):
    """Why a record is not one of our events. These codes are stable: parked records and metrics carry them."""

    TOMBSTONE = "tombstone"
    TOO_LARGE = "record_too_large"
    NOT_JSON = "not_json"
    DUPLICATE_NAME = "duplicate_name"
    TOO_DEEP = "too_deep"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    NOT_AN_OBJECT = "not_an_object"
    HEADER_NOT_UTF8 = "header_not_utf8"
    CONTENT_TYPE = "unsupported_content_type"
    SPEC_VERSION = "unsupported_specversion"
    MISSING_ATTRIBUTE = "missing_attribute"
    INVALID_ATTRIBUTE = "invalid_attribute"
    HEADERS_DIFFER = "headers_differ"
    DATA_NOT_AN_OBJECT = "data_not_an_object"
    KEY_DIFFERS = "key_differs_from_subject"
    NOT_NUMBERED = "not_numbered"
    WRONG_TOPIC = "wrong_topic"
    WRONG_SOURCE = "wrong_source"
    SUBJECT_DIFFERS = "subject_differs_from_data"
    OUT_OF_REACH = "time_out_of_reach"
    FROM_THE_FUTURE = "from_the_future"


class MalformedEnvelope(Exception):
    """The record is not a CareFlow event and never will be (poison). `attribute` is the CloudEvents name concerned,
    never its value.
    """

    def __init__(self, code: EnvelopeFault, attribute: str | None = None) -> None:
        super().__init__(code.value if attribute is None else f"{code.value}: {attribute}")
        self.code = code.value
        self.attribute = attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One CloudEvent. `stream` and `sequence` are both None for events that no CareFlow outbox wrote (checkpoints,
    events from elsewhere).
    """

    id: str
    source: str
    type: str
    subject: str | None = None
    stream: str | None = None
    sequence: int | None = None
    time: datetime
    recordedtime: datetime | None = None
    dataschema: str
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    dataclassification: str
    data: Mapping[str, object]

    def key(self) -> bytes | None:
        """The record key: the subject byte for byte, so that one subject's events share a partition."""
        return None if self.subject is None else self.subject.encode()


def encode(envelope: Envelope) -> bytes:
    """The record value: structured JSON; absent attributes are left out. Raises ValueError for a sequence outside 1 …
    9,999,999,999 or a naive time.
    """
    attributes: dict[str, object] = {
        "specversion": SPEC_VERSION,
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "stream": envelope.stream,
        "sequence": None if envelope.sequence is None else _ten_digits(envelope.sequence),
        "time": instants.written(envelope.time),
        "recordedtime": None if envelope.recordedtime is None else instants.written(envelope.recordedtime),
        "dataschema": envelope.dataschema,
        "datacontenttype": DATA_CONTENT_TYPE,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "traceparent": envelope.traceparent,
        "dataclassification": envelope.dataclassification,
    }
    present = {name: value for name, value in attributes.items() if value is not None}
    return orjson.dumps({**present, "data": envelope.data})


def record_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The Kafka headers of a structured record: enough to route without parsing the value. None begins with `ce_`: that
    is binary mode, and CloudEvents SDKs would take the whole envelope for data.
    """
    headers = [("content-type", CONTENT_TYPE), (TYPE_HEADER, envelope.type), (ID_HEADER, envelope.id)]
    if envelope.traceparent is not None:
        headers.append((TRACE_HEADER, envelope.traceparent))
    return [(name, value.encode()) for name, value in headers]


def decode(value: bytes | None, headers: Headers) -> Envelope:
    """Read a record in structured or binary mode. Raises MalformedEnvelope."""
    if value is None:
        raise MalformedEnvelope(EnvelopeFault.TOMBSTONE)
    texts = _header_texts(headers)
    if _is_binary(texts):
        return _envelope(_binary_attributes(texts), _json_object(value, EnvelopeFault.DATA_NOT_AN_OBJECT))
    document = _json_object(value, EnvelopeFault.NOT_AN_OBJECT)
    for header, text in texts.items():
        if header in _MIRRORS and document.get(_MIRRORS[header]) != text:
            raise MalformedEnvelope(EnvelopeFault.HEADERS_DIFFER)
    if "data" not in document:
        raise MalformedEnvelope(EnvelopeFault.MISSING_ATTRIBUTE, "data")
    return _envelope(document, document["data"])


def confirm_key(envelope: Envelope, key: bytes | None) -> None:
    """The record key must be the subject byte for byte, or order per subject is not kept. Raises MalformedEnvelope."""
    if envelope.key() != key:
        raise MalformedEnvelope(EnvelopeFault.KEY_DIFFERS)


def _header_texts(headers: Headers) -> dict[str, str]:
    try:
        return {name.lower(): raw.decode() for name, raw in headers if raw is not None}
    except UnicodeDecodeError:
        raise MalformedEnvelope(EnvelopeFault.HEADER_NOT_UTF8) from None


def _is_binary(texts: Mapping[str, str]) -> bool:
    """Binary mode: the attributes are in the headers and the content type is the data's own. Without headers a value
    can only be structured.
    """
    media_type = texts.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/cloudevents+json":
        return False
    if media_type not in {"", DATA_CONTENT_TYPE}:
        raise MalformedEnvelope(EnvelopeFault.CONTENT_TYPE)
    return "ce_specversion" in texts


def _binary_attributes(texts: Mapping[str, str]) -> dict[str, object]:
    attributes: dict[str, object] = {name[3:]: text for name, text in texts.items() if name.startswith("ce_")}
    if "traceparent" in texts:
        attributes.setdefault("traceparent", texts["traceparent"])
    return attributes


def _json_object(value: bytes, otherwise: EnvelopeFault) -> dict[str, object]:
    try:
        document = ijson.parsed(value)
    except ijson.NotIJson as error:
        raise MalformedEnvelope(EnvelopeFault(error.fault)) from None
    if not isinstance(document, dict):
        raise MalformedEnvelope(otherwise)
    return document


_NEEDED: Final = frozenset({"specversion", "id", "source", "type", "time", "dataschema", "dataclassification"})
_ATTRIBUTES: Final = (
    "datacontenttype",
    "subject",
    "stream",
    "sequence",
    "recordedtime",
    "id",
    "source",
    "type",
    "time",
    "dataschema",
    "correlationid",
    "causationid",
    "traceparent",
    "dataclassification",
)


def _envelope(attributes: Mapping[str, object], data: object) -> Envelope:
    if attributes.get("specversion") != SPEC_VERSION:
        _texts(attributes, ["specversion"])
        raise MalformedEnvelope(EnvelopeFault.SPEC_VERSION)
    given = _texts(attributes, _ATTRIBUTES)
    if given.get("datacontenttype", DATA_CONTENT_TYPE) != DATA_CONTENT_TYPE:
        raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, "datacontenttype")
    if not isinstance(data, dict):
        raise MalformedEnvelope(EnvelopeFault.DATA_NOT_AN_OBJECT)
    subject, stream = given.get("subject"), given.get("stream")
    sequence = _sequence(given.get("sequence"))
    if (stream is None) != (sequence is None):
        raise MalformedEnvelope(EnvelopeFault.MISSING_ATTRIBUTE, "stream" if stream is None else "sequence")
    if stream is not None and (subject is None or not stream.endswith(f"/{subject}")):
        raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, "stream")
    time = _moment("time", given["time"])
    recorded = given.get("recordedtime")
    if recorded is None or recorded == given["time"]:
        recordedtime = None if recorded is None else time
    else:
        recordedtime = _moment("recordedtime", recorded)
    return Envelope(
        id=given["id"],
        source=given["source"],
        type=given["type"],
        subject=subject,
        stream=stream,
        sequence=sequence,
        time=time,
        recordedtime=recordedtime,
        dataschema=given["dataschema"],
        correlationid=given.get("correlationid"),
        causationid=given.get("causationid"),
        traceparent=given.get("traceparent"),
        dataclassification=given["dataclassification"],
        data=data,
    )


def _texts(attributes: Mapping[str, object], names: Iterable[str]) -> dict[str, str]:
    """Those of the attributes that are there, each a text of bounded length, and all that must be."""
    texts = {}
    for name in names:
        value = attributes.get(name)
        if value is None:
            if name in _NEEDED:
                raise MalformedEnvelope(EnvelopeFault.MISSING_ATTRIBUTE, name)
        elif isinstance(value, str) and 0 < len(value) <= LONGEST_ATTRIBUTE:
            texts[name] = value
        else:
            raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, name)
    return texts


def _moment(name: str, text: str) -> datetime:
    try:
        return instants.parsed(text)
    except ValueError:
        raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, name) from None


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    if _SEQUENCE.fullmatch(text) is None or int(text) == 0:
        raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, "sequence")
    return int(text)


def _ten_digits(sequence: int) -> str:
    if not 1 <= sequence <= 9_999_999_999:
        raise ValueError("a sequence is counted from 1 and has ten digits")
    return f"{sequence:010d}"
