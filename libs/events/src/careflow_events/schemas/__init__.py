"""The JSON Schemas of every event: generated from the contract models, committed, checked.

Two per event and version: `v1.json` is published and open (unknown fields allowed, open codes are strings with
`x-known-values`), `v1.producer.json` is what our own producers must fit. `python -m careflow_events.schemas` writes
them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts.model import EventData
from careflow_events.schemas.envelope import ENVELOPE
from careflow_events.schemas.meanings import MEANINGS

FOLDER: Final = Path(__file__).parents[3] / "schemas"
"""Where the schemas are committed, in a checkout."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final = {"type": "string"}
_SEALED_SECTION: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "A sealed section: JWE General JSON (RFC 7516), ECDH-ES+A256KW, A256GCM. Additional authenticated "
    "data: id|type|subject|field of the event. Plaintext: JSON padded with spaces to a multiple of 256 bytes.",
    "properties": {
        "protected": _TEXT,
        "aad": _TEXT,
        "iv": _TEXT,
        "ciphertext": _TEXT,
        "tag": _TEXT,
        "recipients": {
            "type": "array",
            "description": "One for each key it is sealed to; over HTTP only the reader's own, so maybe none.",
            "items": {
                "type": "object",
                "properties": {
                    "header": {
                        "type": "object",
                        "properties": {"kid": _TEXT, "epk": {"type": "object"}},
                        "required": ["kid", "epk"],
                    },
                    "encrypted_key": _TEXT,
                },
                "required": ["header", "encrypted_key"],
            },
        },
    },
    "required": ["protected", "aad", "iv", "ciphertext", "tag", "recipients"],
}


def published(contract: type[EventData]) -> JsonSchemaValue:
    """The open schema consumers may rely on."""
    return _schema(contract, contract.schema_id(), strict=False)


def producer(contract: type[EventData]) -> JsonSchemaValue:
    """The strict schema: no unknown field, no unknown code."""
    return _schema(contract, f"{contract.schema_id()}.producer", strict=True)


def files() -> Iterator[tuple[Path, bytes]]:
    """Every schema file that must be there, relative to the folder, with its content."""
    yield Path("envelope.json"), written(ENVELOPE)
    for contract in CATALOGUE.values():
        place = Path(contract.topic.service) / contract.name()
        yield place / f"v{contract.major}.json", written(published(contract))
        yield place / f"v{contract.major}.producer.json", written(producer(contract))


def disagreements(folder: Path = FOLDER) -> list[str]:
    """What in the folder is not as the models say, one line each."""
    wanted = dict(files())
    found = {path.relative_to(folder) for path in folder.glob("*/*/v*.json")}
    lines = [f"{path}: no event has this schema" for path in sorted(found - wanted.keys())]
    return lines + differing(folder, wanted)


def differing(folder: Path, wanted: Mapping[Path, bytes]) -> list[str]:
    """Which of these generated files are not in the folder as they should be, one line each."""
    lines = []
    for path, content in wanted.items():
        if not (folder / path).exists():
            lines.append(f"{path}: missing; `make generated` writes it")
        elif (folder / path).read_bytes() != content:
            lines.append(f"{path}: differs from its model; `make generated` writes it")
    return lines


def write(folder: Path = FOLDER) -> None:
    """Make the folder agree with the models."""
    wanted = dict(files())
    for path in folder.glob("*/*/v*.json"):
        if path.relative_to(folder) not in wanted:
            path.unlink()
    put(folder, wanted)


def put(folder: Path, wanted: Mapping[Path, bytes]) -> None:
    """Write these files into the folder."""
    for path, content in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


class _WireSchema(GenerateJsonSchema):
    """What goes on the wire: absent values are left out, never null; no titles made of field names; the model's own
    order.
    """

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if (key, value) != ("default", None)}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's signature
        return value


def _schema(contract: type[EventData], identifier: str, *, strict: bool) -> JsonSchemaValue:
    generated = contract.model_json_schema(by_alias=True, schema_generator=_WireSchema, mode="validation")
    described: JsonSchemaValue = _adapted(generated, strict=strict)
    for model in (described, *described.get("$defs", {}).values()):
        _explain(model)
    definitions = described.pop("$defs", {})
    if any(True for _ in _sealed(described)):
        definitions["SealedSection"] = dict(_SEALED_SECTION)
    head = {
        "$schema": _DIALECT,
        "$id": identifier,
        "x-type": contract.type(),
        "x-topic": contract.topic.name,
        "x-dataclassification": contract.topic.classification.value,
        "x-page": contract.page(),
    }
    return {**head, **described, **({"$defs": definitions} if definitions else {})}


def _explain(model: JsonSchemaValue) -> None:
    """Give each field that says nothing of its own, by itself or by what it refers to, the meaning of its name."""
    for name, field in model.get("properties", {}).items():
        if name in MEANINGS and not {"description", "$ref", "x-plaintext"} & field.keys():
            field["description"] = MEANINGS[name]


def _adapted(node: Any, *, strict: bool) -> Any:
    """The same schema in our own vocabulary, open or strict."""
    if isinstance(node, list):
        return [_adapted(item, strict=strict) for item in node]
    if not isinstance(node, dict):
        return node
    adapted = {key: _adapted(value, strict=strict) for key, value in node.items()}
    if adapted.get("additionalProperties") is False and not strict:
        del adapted["additionalProperties"]
    if "x-plaintext" in adapted:
        adapted = {"$ref": "#/$defs/SealedSection", **adapted}
    if "x-code" in adapted and (strict or adapted["x-code"] == "closed"):
        adapted["enum"] = list(adapted["x-known-values"])
    return adapted


def _sealed(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        if "x-plaintext" in node:
            yield node
        for value in node.values():
            yield from _sealed(value)
    elif isinstance(node, list):
        for value in node:
            yield from _sealed(value)


def written(document: Mapping[str, Any]) -> bytes:
    """A generated document as it is committed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
