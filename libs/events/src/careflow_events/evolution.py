"""What may change inside a major version: new event types, new optional fields, new values of open codes. Nothing
else.

`breaks` compares two published schemas of one event and names each field with the rule it breaks. A changed *meaning*
no program can see: that is what review is for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Schema = Mapping[str, Any]

_AT_LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT: Final = ("pattern", "format", "const", "multipleOf", "uniqueItems")


class Rule(StrEnum):
    """What a change inside a major version must not do."""

    REMOVED = "removed"
    RENAMED = "renamed"
    RETYPED = "retyped"
    NARROWED = "narrowed"
    WIDENED = "widened"
    NEW_REQUIRED = "new required field"
    NO_LONGER_REQUIRED = "no longer required"
    CLOSED_CODE_CHANGED = "closed code changed"
    CODE_VALUE_REMOVED = "code value removed"
    OPENNESS_CHANGED = "open code closed or closed code opened"
    SEALING_CHANGED = "sealed, unsealed, or no longer sealed for somebody"


@dataclass(frozen=True, slots=True)
class Break:
    """One broken rule at one field, e.g. `providers[].role`."""

    field: str
    rule: Rule
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.rule.value}" + (f" ({self.detail})" if self.detail else "")


def breaks(released: Schema, current: Schema) -> list[Break]:
    """Every rule that `current` breaks of what was `released`; empty when old readers and old events are safe."""
    return list(_compare("data", _Node(released, released), _Node(current, current)))


@dataclass(frozen=True, slots=True)
class _Node:
    """A schema inside its document, with references followed."""

    schema: Schema
    document: Schema

    def resolved(self) -> "_Node":
        reference = self.schema.get("$ref")
        if reference is None:
            return self
        return _Node(self.document["$defs"][reference.rpartition("/")[2]], self.document)

    def inner(self, schema: Schema) -> "_Node":
        return _Node(schema, self.document).resolved()

    def fields(self) -> dict[str, "_Node"]:
        return {name: _Node(schema, self.document) for name, schema in self.schema.get("properties", {}).items()}

    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))


def _compare(field: str, old: _Node, new: _Node) -> Iterator[Break]:
    if ("x-plaintext" in old.schema) or ("x-plaintext" in new.schema):
        yield from _compare_sealed(field, old, new)
        return
    old, new = old.resolved(), new.resolved()
    if old.schema.get("type") != new.schema.get("type"):
        yield Break(field, Rule.RETYPED, f"{old.schema.get('type')} -> {new.schema.get('type')}")
        return
    yield from _compare_code(field, old.schema, new.schema)
    yield from _compare_limits(field, old.schema, new.schema)
    if "items" in old.schema and "items" in new.schema:
        yield from _compare(
            f"{field}[]", _Node(old.schema["items"], old.document), _Node(new.schema["items"], new.document)
        )
    yield from _compare_fields(field, old, new)


def _compare_fields(field: str, old: _Node, new: _Node) -> Iterator[Break]:
    before, after = old.fields(), new.fields()
    added = [name for name in after if name not in before]
    for name, node in before.items():
        place = f"{field}.{name}"
        if name in after:
            yield from _compare(place, node, after[name])
            if name in old.required() - new.required():
                yield Break(place, Rule.NO_LONGER_REQUIRED)
            if name in new.required() - old.required():
                yield Break(place, Rule.NEW_REQUIRED)
            continue
        twin = next((other for other in added if after[other].resolved().schema == node.resolved().schema), None)
        if twin is None:
            yield Break(place, Rule.REMOVED)
        else:
            yield Break(place, Rule.RENAMED, f"to {twin}")
    for name in added:
        if name in new.required():
            yield Break(f"{field}.{name}", Rule.NEW_REQUIRED)


def _compare_sealed(field: str, old: _Node, new: _Node) -> Iterator[Break]:
    if ("x-plaintext" in old.schema) != ("x-plaintext" in new.schema):
        yield Break(field, Rule.SEALING_CHANGED)
        return
    dropped = set(old.schema["x-sealed-for"]) - set(new.schema["x-sealed-for"])
    if dropped:
        yield Break(field, Rule.SEALING_CHANGED, f"no longer for {', '.join(sorted(dropped))}")
    yield from _compare(field, old.inner(old.schema["x-plaintext"]), new.inner(new.schema["x-plaintext"]))


def _compare_code(field: str, old: Schema, new: Schema) -> Iterator[Break]:
    if old.get("x-code") != new.get("x-code"):
        yield Break(field, Rule.OPENNESS_CHANGED)
        return
    before, after = set(old.get("x-known-values", ())), set(new.get("x-known-values", ()))
    if old.get("x-code") == "closed" and before != after:
        yield Break(field, Rule.CLOSED_CODE_CHANGED, ", ".join(sorted(before ^ after)))
    elif before - after:
        yield Break(field, Rule.CODE_VALUE_REMOVED, ", ".join(sorted(before - after)))


def _compare_limits(field: str, old: Schema, new: Schema) -> Iterator[Break]:
    for keyword in (*_AT_LEAST, *_AT_MOST, *_EXACT):
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        looser = after is None or (
            before is not None and (after < before if keyword in _AT_LEAST else keyword in _AT_MOST and after > before)
        )
        yield Break(field, Rule.WIDENED if looser else Rule.NARROWED, keyword)
