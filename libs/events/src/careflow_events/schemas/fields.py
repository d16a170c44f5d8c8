"""The fields of an event one after the other, as people read them, out of its published schema; and what two versions
of it differ in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

UNITS: Final[Mapping[str, str]] = {
    "minor": "minor units of currency",
    "minutes": "minutes",
    "hours": "hours",
    "days": "days",
    "score": "points",
    "baseline": "points",
}
"""What a number counts, by a word of its name; every other number counts what it is called after."""

_SHAPES: Final[Mapping[str, str]] = {
    "uuid": "UUID",
    "date-time": "moment, RFC 3339 in UTC",
    "date": "date, YYYY-MM-DD",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
}


@dataclass(frozen=True, slots=True)
class DescribedField:
    """One field. `path` leads to it from `data` (`providers[].role`), `depth` is how many parts it stands in."""

    path: str
    name: str
    depth: int
    shape: str
    """The kind of its value, in a few words."""
    unit: str | None
    """What a number counts, where its name says so."""
    optional: bool
    """Whether it may be absent."""
    default: str | None
    """What its absence means, where that is a value."""
    sealed_for: tuple[str, ...]
    """The consumers who can read it; none when it is open."""
    meaning: str
    code: str | None
    """`open` where a list of values may grow, `closed` where it may not; None where it is no code."""
    known: Mapping[str, str]
    """The values of a code, each with its meaning."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a newer version says otherwise in one place; `path` is empty where it is the event itself."""

    path: str
    what: str


def described_fields(schema: Schema) -> tuple[DescribedField, ...]:
    """Every field of an event's data, each part and each sealed section followed by what it holds."""
    return tuple(_fields(schema, schema.get("$defs", {}), "", 0, ()))


def differences(before: Schema, after: Schema) -> list[Difference]:
    """What has changed from one version to another, in the order of the newer one."""
    old = {field.path: field for field in described_fields(before)}
    new = {field.path: field for field in described_fields(after)}
    found = []
    if before.get("description") != after.get("description"):
        found.append(Difference("", "described in other words"))
    for path, field in new.items():
        found += [Difference(path, "new")] if path not in old else _changes(old[path], field)
    return found + [Difference(path, "gone") for path in old if path not in new]


def _changes(old: DescribedField, new: DescribedField) -> Iterator[Difference]:
    for value in new.known:
        if value not in old.known:
            yield Difference(new.path, f"new value {value}")
    for value in old.known:
        if value not in new.known:
            yield Difference(new.path, f"without the value {value}")
    readers = [consumer for consumer in new.sealed_for if consumer not in old.sealed_for]
    if readers:
        yield Difference(new.path, f"sealed for {', '.join(readers)} as well")
    if (old.shape, old.optional) != (new.shape, new.optional):
        yield Difference(new.path, "of another kind")
    if old.meaning != new.meaning or any(old.known[each] != new.known.get(each, old.known[each]) for each in old.known):
        yield Difference(new.path, "described in other words")


def _fields(
    model: Schema, parts: Schema, within: str, depth: int, sealed_for: tuple[str, ...]
) -> Iterator[DescribedField]:
    required = model.get("required", ())
    for name, field in model.get("properties", {}).items():
        inner = _inner(field)
        readers = tuple(field.get("x-sealed-for", sealed_for))
        part = _part(field, parts)
        path = f"{within}{name}"
        yield DescribedField(
            path=path,
            name=name,
            depth=depth,
            shape=_shape(field),
            unit=_unit(name) if inner.get("type") in {"integer", "number"} else None,
            optional=name not in required,
            default=_default(field),
            sealed_for=readers,
            meaning=" ".join((field.get("description") or (part or {}).get("description", "")).split()),
            code=inner.get("x-code"),
            known=inner.get("x-known-values", {}),
        )
        if part is not None:
            yield from _fields(part, parts, f"{path}[]." if "items" in field else f"{path}.", depth + 1, readers)


def _inner(field: Schema) -> Schema:
    """A list's items, and anything else itself."""
    inner: Schema = field.get("items", field)
    return inner


def _shape(field: Schema) -> str:
    if "x-plaintext" in field:
        return "sealed section"
    if "items" in field:
        return f"list of {_shape(field['items'])}"
    if "x-code" in field:
        return "code"
    if "$ref" in field:
        return "object"
    kind = field.get("format") or field.get("type") or "anything"
    return _SHAPES.get(kind, kind)


def _default(field: Schema) -> str | None:
    if "default" not in field:
        return None
    return "empty" if field["default"] == [] else str(field["default"])


def _unit(name: str) -> str | None:
    return next((UNITS[word] for word in name.split("_") if word in UNITS), None)


def _part(field: Schema, parts: Schema) -> Schema | None:
    """The model of an object, of each of a list, or of a sealed section's plaintext."""
    reference = field.get("x-plaintext", _inner(field)).get("$ref")
    return None if reference is None else parts.get(reference.rpartition("/")[2])
