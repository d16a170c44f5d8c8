"""The JSON Schema of the envelope: what surrounds every event's `data`."""

from collections.abc import Mapping
from typing import Any, Final

from careflow_events.topics import Classification

_READERS: Final = {
    Classification.OPERATIONAL.value: "whoever works with the care path may read the topic",
    Classification.SAFETY.value: "only whoever acts on safety alerts may read the topic",
    Classification.FINANCIAL.value: "only whoever keeps the books may read the topic",
}

ENVELOPE: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "careflow:schemas/envelope",
    "title": "CareFlow event envelope",
    "description": "CloudEvents 1.0 in structured JSON mode, as every CareFlow service writes it. "
    "`data` is described by the schema that `dataschema` names.",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {
            "type": "string",
            "minLength": 1,
            "description": "UUIDv7, kept on every retry and replay; `source` and `id` identify the event.",
        },
        "source": {"type": "string", "pattern": "^/careflow/[a-z]+$"},
        "type": {"type": "string", "pattern": "^careflow\\.[a-z]+\\.[A-Za-z]+\\.v[1-9][0-9]*$"},
        "subject": {
            "type": "string",
            "pattern": "^(patient|location):.+$",
            "description": "Whose stream this is; equals the record key byte for byte.",
        },
        "stream": {"type": "string", "description": "<topic>/<subject>: what `sequence` counts."},
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{10}$",
            "description": "Gap-free from 1 within the stream. A gap is a loss, a repeat a duplicate.",
        },
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "When the fact became true; UTC, milliseconds.",
        },
        "recordedtime": {
            "type": "string",
            "format": "date-time",
            "description": "When it was committed; UTC, milliseconds.",
        },
        "dataschema": {"type": "string", "pattern": "^careflow:schemas/"},
        "datacontenttype": {"const": "application/json"},
        "correlationid": {"type": "string", "description": "The care-path run."},
        "causationid": {"type": "string", "description": "The event or command that caused this event."},
        "traceparent": {
            "type": "string",
            "description": "W3C trace context, as in the CloudEvents distributed tracing extension.",
        },
        "dataclassification": {
            "type": "string",
            "x-code": "closed",
            "x-known-values": _READERS,
            "enum": list(_READERS),
        },
        "data": {"type": "object"},
    },
    "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
    "required": [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "dataschema",
        "datacontenttype",
        "dataclassification",
        "data",
    ],
    "dependentRequired": {"sequence": ["stream", "subject", "recordedtime"], "stream": ["sequence"]},
}
