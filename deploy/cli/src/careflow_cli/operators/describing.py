"""One event type in words, out of its published schema."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from careflow_events.schemas.fields import DescribedField, described_fields
from careflow_events.topics import EVERY_TOPIC

INDENT: Final = "  "
PAGES: Final = "libs/service/src/careflow_service"
"""Where a checkout has the pages of events; each service serves them."""

Schema = Mapping[str, Any]


def described(schema: Schema) -> Iterator[str]:
    """What is said, where, who may read it, and every field with its meaning."""
    yield f"{schema['title']}: {schema['description']}"
    yield ""
    yield f"type    {schema['x-type']}"
    one = f"{schema['x-topic']} ({schema['x-dataclassification']})"
    yield f"topic   {'every one' if schema['x-topic'] == EVERY_TOPIC.name else one}"
    yield f"schema  {schema['$id']}"
    yield f"page    {PAGES}{schema['x-page']}"
    yield ""
    for field in described_fields(schema):
        margin = INDENT * field.depth
        absent = ", may be absent" if field.optional else ""
        if field.default is not None:
            absent = f", {field.default} if absent"
        kind = f"{_shape(field)}{absent}"
        yield f"{margin}{field.name} ({kind}): {field.meaning}".rstrip(" :")
        yield from (f"{margin}{INDENT}{value}: {meaning}" for value, meaning in field.known.items())


def _shape(field: DescribedField) -> str:
    """The kind of a value, in a few words."""
    if field.shape == "sealed section":
        return f"sealed for {', '.join(field.sealed_for)}"
    shape = field.shape if field.code is None else f"{field.shape}, {field.code}"
    return shape if field.unit is None else f"{shape}, {field.unit}"
