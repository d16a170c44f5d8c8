"""What may change inside a major version: new event types, new optional fields, new values of open codes. Nothing
else.

`breaks` compares two published schemas of one event and names each field with the rule it breaks. A changed *meaning*
no program can see: that is what review is for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

Schema = Mapping[str, Any]

_AT_LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_PLACE: Final = ("x-type", "x-topic", "x-dataclassification")
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
    DEFAULT_CHANGED = "absence means another value"
    MOVED = "said under another name, in another topic, or to others"
    NO_LONGER_READ = "an event of the past is no longer read"
    SAMPLE_CHANGED = "a sample is another, or gone"


EXPLANATIONS: Final[Mapping[Rule, str]] = MappingProxyType(
    {
        Rule.REMOVED: "Nothing is removed inside v1: readers rely on it. Keep it, and say the new thing beside it.",
        Rule.RENAMED: "Nothing is renamed inside v1: to readers the old name is missing. Keep the old name.",
        Rule.RETYPED: "A field keeps its type inside v1: readers cannot parse another. Add a field of the new type.",
        Rule.NARROWED: "A field is not narrowed inside v1: events of the past would no longer fit.",
        Rule.WIDENED: "A field is not widened inside v1: readers may rely on what it never was. Add a field.",
        Rule.NEW_REQUIRED: "A new field is optional inside v1: events of the past do not have it.",
        Rule.NO_LONGER_REQUIRED: "A field that was always there stays so inside v1: readers rely on it.",
        Rule.CLOSED_CODE_CHANGED: "A closed code keeps its values inside v1: readers may treat them exhaustively.",
        Rule.CODE_VALUE_REMOVED: "A code may gain values inside v1 and lose none: events of the past hold it.",
        Rule.OPENNESS_CHANGED: "A code stays open or closed inside v1: readers were told whether to expect new values.",
        Rule.SEALING_CHANGED: "A section stays sealed for those it was sealed for inside v1; others may be added.",
        Rule.DEFAULT_CHANGED: "An absent field keeps meaning the same inside v1: readers fill in its default.",
        Rule.MOVED: "An event keeps its type, its topic and who may read it inside v1: readers look for it there.",
        Rule.NO_LONGER_READ: "Events of the past are read for ever: they stand in topics, copies and outboxes.",
        Rule.SAMPLE_CHANGED: "A released sample stays as it is: others' tests read it. Add a sample beside it.",
    }
)
"""What is behind each rule, for whoever broke it."""


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
    moved = [Break("event", Rule.MOVED, name) for name in _PLACE if released.get(name) != current.get(name)]
    return moved + list(_compare("data", _Node(released, released), _Node(current, current)))


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
    if old.schema.get("default") != new.schema.get("default"):
        yield Break(field, Rule.DEFAULT_CHANGED)
    if ("items" in old.schema) != ("items" in new.schema):
        yield Break(f"{field}[]", Rule.RETYPED, "of anything" if "items" in old.schema else "of something")
    elif "items" in old.schema:
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
