"""Turns an aggregate, a frozen dataclass, into a stored body and back.

Invariant: what is read back equals what was stored, for everything a domain is made of: nested dataclasses, tuples,
sets, enums, dates, times, decimals, zones. (A union needs members that differ in shape: `date | str` would come
back as text.) The facts an aggregate recorded are not part of its state and never stored.
"""

from __future__ import annotations

from typing import Any, Final, Generic, Protocol, TypeVar

import orjson
from pydantic import ValidationError

from careflow_service.errors import BodyBroken, DocumentTooLarge
from careflow_service.typed import adapter_of


class Aggregate(Protocol):
    """What the store needs to know of an aggregate."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def facts(self) -> tuple[Any, ...]: ...


A = TypeVar("A", bound=Aggregate)

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of one aggregate as JSON; the store's own limit for a document is 16 MiB."""

_NOT_STORED: Final = {"facts"}


class Bodies(Generic[A]):
    """The codec of one aggregate type."""

    def __init__(self, aggregate: type[A]) -> None:
        self._adapter = adapter_of(aggregate)

    def to_bytes(self, aggregate: A) -> bytes:
        """The body as JSON. Raises DocumentTooLarge."""
        body = self._adapter.dump_json(aggregate, exclude=_NOT_STORED)
        if len(body) > LARGEST_BODY:
            raise DocumentTooLarge
        return body

    def from_bytes(self, body: bytes) -> A:
        """The aggregate. Raises BodyBroken; what was in the body is not quoted."""
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            where = sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)})
            raise BodyBroken(f"a stored body does not fit its aggregate at {', '.join(where)}") from None

    def to_document(self, aggregate: A) -> object:
        """The body as a sub-document one can look at with the store's own tools. Raises DocumentTooLarge."""
        return orjson.loads(self.to_bytes(aggregate))

    def from_document(self, body: object) -> A:
        """The opposite of `to_document`. Raises BodyBroken."""
        return self.from_bytes(orjson.dumps(body))
