"""What every published schema keeps to: it explains itself, and says nothing of a patient in the open.

Names and types can only show what *looks* like health information; what a field of an allowed type means is for review.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PERSONAL: Final = _words(
    "name names given family surname preferred phone telephone mobile email address street city postal postcode zip "
    "birth birthday born age sex gender ssn mrn contact escort emergency photo"
)
"""Words in a field's name that mean a person can be recognised or reached."""

CLINICAL: Final = _words(
    "answer answers score scores scale diagnosis diagnoses icd allergy allergies indication indications condition "
    "conditions medication medications drug drugs dose doses route routes strength ndc vital vitals pressure systolic "
    "diastolic pulse saturation weight pregnancy pregnant questionnaire instrument symptom symptoms interaction"
)
"""Words in a field's name that mean something about a patient's health."""

FREE_TEXT: Final = _words("note notes text comment comments remark remarks message description narrative")
"""Words in a field's name that mean somebody's own words, in which anything may stand."""

CARD: Final = _words("card pan cvv iban")
"""Words in a field's name that mean somebody's means of payment."""

OPAQUE: Final = frozenset({"uuid", "date-time"})
"""Formats of a text in which nothing about a person can stand."""

MEANINGS: Final = "careflow_events/schemas/meanings.py"

TELLING: Final = _words(
    "suicide suicidal suicidality pregnancy pregnant depression anxiety ptsd addiction psychosis mania ketamine "
    "esketamine phq gad cssrs"
)
"""Words in a code's value from which a patient's health follows."""


def faults(schema: Schema) -> Iterator[str]:
    """Every rule this published schema breaks, one line each: the field, and what is wrong with it."""
    event = schema["title"]
    for place, node in _models(event, schema):
        if not node.get("description"):
            yield f"{place}: does not say what it means: give the class a docstring"
        for name, field in node.get("properties", {}).items():
            yield from _unexplained(f"{place}.{name}", field, schema)
    yield from _open(event, schema, schema, frozenset())


def _models(event: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield event, schema
    for name, model in schema.get("$defs", {}).items():
        if name != "SealedSection":
            yield f"{event}: {name}", model


def _unexplained(place: str, field: Schema, document: Schema) -> Iterator[str]:
    code = _code(field)
    if code is not None:
        if code["x-code"] not in {"open", "closed"} or not code["x-known-values"]:
            yield f"{place}: a code without values, or neither open nor closed"
        for value, meaning in code["x-known-values"].items():
            if not meaning:
                yield f"{place}: the code's value {value} does not say what it means"
        if not code.get("description"):
            yield f"{place}: its code does not say what it means: give it a docstring"
    elif not _meaning(field, document):
        yield f"{place}: does not say what it means: add it to {MEANINGS}, or Field(description=…)"


def _code(field: Schema) -> Schema | None:
    """The code of a field, or of the items of a list."""
    if "x-code" in field:
        return field
    items = field.get("items")
    return None if items is None else _code(items)


def _meaning(field: Schema, document: Schema) -> str | None:
    if "x-plaintext" in field:
        return _meaning(field["x-plaintext"], document)
    meaning: str | None = field.get("description") or (_resolved(field, document).get("description"))
    return meaning


def _open(place: str, node: Schema, document: Schema, seen: frozenset[str]) -> Iterator[str]:
    """What looks like health information outside of sealed sections. `seen` are the models on the way here."""
    if "x-plaintext" in node:
        return
    reference = node.get("$ref")
    if reference is not None:
        if reference not in seen:
            yield from _open(place, _resolved(node, document), document, seen | {reference})
        return
    for name, field in node.get("properties", {}).items():
        if not _says_nothing(field):
            yield from _named_badly(f"{place}.{name}", name)
        yield from _open(f"{place}.{name}", field, document, seen)
    if "items" in node:
        yield from _open(f"{place}[]", node["items"], document, seen)
    yield from _typed_badly(place, node)


def _says_nothing(field: Schema) -> bool:
    """Whether no more than an opaque id, a moment or a closed section can stand there, whatever it is called."""
    if "x-plaintext" in field:
        return True
    inner = field.get("items", field)
    return inner.get("format") in OPAQUE


def _named_badly(place: str, name: str) -> Iterator[str]:
    words = set(name.lower().split("_"))
    kinds: dict[str, Collection[str]] = {
        "a person's details": PERSONAL,
        "health information": CLINICAL,
        "somebody's own words": FREE_TEXT,
        "a means of payment": CARD,
    }
    for kind, denied in kinds.items():
        if words.intersection(denied):
            yield f"{place}: is called like {kind}, and open: seal it"


def _typed_badly(place: str, node: Schema) -> Iterator[str]:
    kind = node.get("type")
    if node.get("x-sealed-only"):
        yield f"{place}: a code for sealed sections only, and open: seal it"
    if "x-code" in node:
        for value in node["x-known-values"]:
            if TELLING.intersection(value.split("_")):
                yield f"{place}: the code's value {value} tells of a patient's health: make it a SealedCode"
    elif node.get("format") == "date":
        yield f"{place}: a date without time, as of a birth, and open: seal it"
    elif kind == "string" and "pattern" not in node and node.get("format") not in OPAQUE:
        yield f"{place}: any text may stand there, and open: give it a pattern or a code, or seal it"
    if kind == "number":
        yield f"{place}: a measured value, and open: count in whole units, or seal it"
    if not {"type", "enum", "const"} & node.keys():
        yield f"{place}: anything may stand there, and open"


def _resolved(node: Schema, document: Schema) -> Schema:
    reference = node.get("$ref")
    if reference is None:
        return node
    target: Schema = document["$defs"][reference.rpartition("/")[2]]
    return target
