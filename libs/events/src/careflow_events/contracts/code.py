"""Codes: closed lists of lower_snake words on the wire, each value with one line of meaning that the schemas publish.

An **open** code may gain values within v1: a reader maps a value it does not know to UNKNOWN. A **closed** code never
changes within v1: a reader may treat it exhaustively, and an unknown value makes the event malformed. UNKNOWN is what
a reader says; producing it is refused.
"""

from enum import StrEnum
from typing import Any, Self, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from careflow_events.contracts.reading import Reading

UNKNOWN = "unknown"
"""The wire value no producer sends: what a reader calls a value that is newer than itself."""


class Code(StrEnum):
    """A code field's values. Members are written `NAME = "wire_value", "one line of meaning"`."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    @classmethod
    def is_open(cls) -> bool:
        """Whether the list may gain values within v1."""
        return issubclass(cls, OpenCode)

    @classmethod
    def known(cls) -> dict[str, str]:
        """What a producer may send: each wire value with its meaning."""
        return {member.value: member.meaning for member in cls if member.value != UNKNOWN}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(str.__str__)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "description": (cls.__doc__ or "").strip(),
            "x-code": "open" if cls.is_open() else "closed",
            "x-known-values": cls.known(),
            **({"x-sealed-only": True} if issubclass(cls, SealedCode) else {}),
        }

    @classmethod
    def _validate(cls, value: object, info: core_schema.ValidationInfo) -> Self:
        if not isinstance(value, str):
            raise PydanticCustomError("code_type", "a code is a string")
        member = cls._value2member_map_.get(str(value))
        if member is not None and value != UNKNOWN:
            return cast("Self", member)
        reading = isinstance(info.context, Reading)
        if member is None:
            if reading and cls.is_open():
                return cls(UNKNOWN)
            raise PydanticCustomError("code_unknown", "not a value of this code")
        if not reading:
            raise PydanticCustomError("code_not_produced", "unknown is what readers say, it is never produced")
        return cast("Self", member)


class OpenCode(Code):
    """A code that may gain values within v1. Every open code has the member UNKNOWN."""


class SealedCode(OpenCode):
    """An open code whose values say something about a patient: it may stand in sealed sections only."""


class ClosedCode(Code):
    """A code whose list is final within v1: readers may treat it exhaustively."""
