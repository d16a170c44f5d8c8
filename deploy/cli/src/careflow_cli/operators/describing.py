"""One event type in words, out of its published schema."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from careflow_events.topics import EVERY_TOPIC

INDENT: Final = "  "

Schema = Mapping[str, Any]


def described(schema: Schema) -> Iterator[str]:
    """What is said, where, who may read it, and every field with its meaning."""
    yield f"{schema['title']}: {schema['description']}"
    yield ""
    yield f"type    {schema['x-type']}"
    one = f"{schema['x-topic']} ({schema['x-dataclassification']})"
    yield f"topic   {'every one' if schema['x-topic'] == EVERY_TOPIC.name else one}"
    yield f"schema  {schema['$id']}"
    yield ""
    yield from _fields(schema, schema.get("$defs", {}), "")


def _fields(model: Schema, parts: Schema, margin: str) -> Iterator[str]:
    required = model.get("required", ())
    for name, field in model.get("properties", {}).items():
        shape = _shape(field, parts)
        optional = "" if name in required else ", may be absent"
        yield f"{margin}{name} ({shape}{optional}): {field.get('description', '')}".rstrip(" :")
        inner = field.get("items", field)
        for value, meaning in inner.get("x-known-values", {}).items():
            yield f"{margin}{INDENT}{value}: {meaning}"
        if (part := _part(field, parts)) is not None:
            yield from _fields(part, parts, margin + INDENT)


def _shape(field: Schema, parts: Schema) -> str:
    """The kind of a value, in a few words."""
    if "x-plaintext" in field:
        return f"sealed for {', '.join(field['x-sealed-for'])}"
    if "items" in field:
        return f"list of {_shape(field['items'], parts)}"
    if "x-code" in field:
        return f"code, {field['x-code']}"
    if "$ref" in field:
        return "object"
    return str(field.get("format") or field.get("type") or "any")


def _part(field: Schema, parts: Schema) -> Schema | None:
    """The model of an object, of each of a list, or of a sealed section's plaintext."""
    inner = field.get("x-plaintext") or field.get("items") or field
    reference = inner.get("$ref")
    return None if reference is None else parts.get(reference.rpartition("/")[2])
