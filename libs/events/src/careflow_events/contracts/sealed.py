"""Sealed sections: the part of an event that only named consumers can read.

A field `for_x: Annotated[Sealed[Plaintext], SealedFor("x")]` holds the plaintext in the producer and in the consumers
it is addressed to; on the wire it is a JWE. To everybody else it is there but closed: `.value` is None.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from careflow_events.contracts.model import EventData, Section
from careflow_events.contracts.reading import Reading

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class SealedFor:
    """The consumers a sealed field is addressed to."""

    consumers: tuple[str, ...]

    def __init__(self, *consumers: str) -> None:
        object.__setattr__(self, "consumers", consumers)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-sealed-for": list(self.consumers)}


class Sealed(Generic[S]):
    """A sealed section as code sees it. `value` is the plaintext, or None in a reader it is not addressed to."""

    __slots__ = ("_value",)

    def __init__(self, value: S | None) -> None:
        self._value = value

    @property
    def value(self) -> S | None:
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.value == self.value

    def __hash__(self) -> int:
        return hash((Sealed, self.value))

    def __repr__(self) -> str:
        return f"Sealed({'closed' if self.value is None else 'open'})"

    @classmethod
    def plain(cls, value: S) -> "Sealed[S]":
        """What a producer hands in; it is sealed when the event is written."""
        return cls(value)

    def opened(self) -> S:
        """The plaintext. Raises ValueError in a reader it is not addressed to."""
        if self.value is None:
            raise ValueError("a sealed section that is not addressed to this reader")
        return self.value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (plaintext,) = get_args(source)

        def validate(given: object, info: core_schema.ValidationInfo) -> Sealed[S]:
            if isinstance(info.context, Reading):
                return Sealed(cast("S | None", info.context.open_section(info.field_name or "", given, plaintext)))
            if isinstance(given, Sealed) and isinstance(given.value, plaintext):
                return given
            raise PydanticCustomError("sealed_plaintext", "a sealed section is produced with Sealed.plain(value)")

        return core_schema.with_info_plain_validator_function(
            validate,
            json_schema_input_schema=handler.generate_schema(plaintext),
            serialization=core_schema.plain_serializer_function_ser_schema(_never_open),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"x-plaintext": handler(schema)}


@dataclass(frozen=True, slots=True)
class SealedField:
    """A contract's sealed field: its name, its plaintext, whom it is addressed to."""

    name: str
    plaintext: type[Section]
    consumers: tuple[str, ...]


def sealed_fields(contract: type[EventData]) -> Iterator[SealedField]:
    """The sealed fields of a contract, in its order."""
    for name, field in contract.model_fields.items():
        for marker in field.metadata:
            if isinstance(marker, SealedFor):
                yield SealedField(name, _plaintext(field.annotation), marker.consumers)


def _plaintext(annotation: Any) -> type[Section]:
    for candidate in (annotation, *get_args(annotation)):
        if get_origin(candidate) is Sealed:
            (plaintext,) = get_args(candidate)
            return cast("type[Section]", plaintext)
        if get_origin(candidate) is Annotated:
            return _plaintext(get_args(candidate)[0])
    raise TypeError("SealedFor marks a field that is not Sealed[...]")


def _never_open(_: object) -> None:
    """A dump never shows a plaintext: sections are written by `catalogue.write` alone."""
