"""Moments inside `data`: RFC 3339 UTC with milliseconds on the wire, aware UTC datetimes in Python. A time without
zone is refused.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from careflow_events import instants


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, datetime):
            return instants.to_utc(value)
        if isinstance(value, str):
            return instants.parsed(value)
    except ValueError:
        pass
    raise PydanticCustomError("instant", "a moment is an RFC 3339 time with a zone")


Instant = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(instants.written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
