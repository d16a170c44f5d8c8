"""How requests and answers look: bodies, pages, and the headers that carry version and position.

Invariant: a repeated command is answered as the first one was, but for the header that says so.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema, to_json
from starlette.responses import Response

from careflow_events.ijson import JsonFault, NotIJson, parsed
from careflow_events.outbox import StreamPosition
from careflow_service.work import Committed

T = TypeVar("T")

_fault: ContextVar[JsonFault | None] = ContextVar("fault_of_the_body", default=None)


@contextmanager
def judged(body: bytes) -> Iterator[None]:
    """Within this block a `RequestBody` is read of this text, which must be I-JSON (RFC 7493): of a name that is there
    twice, two readers may take different values. It is refused where it is read, so that who listens to refusals does.
    """
    token = _fault.set(_fault_of(body))
    try:
        yield
    finally:
        _fault.reset(token)


def _fault_of(body: bytes) -> JsonFault | None:
    try:
        parsed(body)
    except NotIJson as wrong:
        # What is no JSON at all nobody reads; `malformed_json` says so.
        return None if wrong.fault is JsonFault.NOT_JSON else wrong.fault
    return None


class RequestPart(BaseModel):
    """A part of a body: no unknown fields, no converted types, no time without a zone, and none that is read from
    digits or lies beyond where arithmetic goes: `Moment`, `Day` or `TimeOfDay`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if "datetime" in str(field.annotation).lower() and _reads_digits(field):
                raise TypeError(f"{cls.__name__}.{name} would read digits as a time: Moment, Day or TimeOfDay do not")


class RequestBody(RequestPart):
    """A whole body as a route takes it; what is nested in it, above all in a union with a discriminator, is a
    `RequestPart`. It is read (`model_validate` of decoded JSON), never constructed.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        model = handler(source)

        def read(value: Any, as_python: core_schema.ValidatorFunctionWrapHandler) -> Any:
            # FastAPI hands over decoded JSON, in which strict would refuse a time or an id for being text. So it is
            # read as the JSON it came as.
            if (fault := _fault.get()) is not None and type(value) is dict:
                raise PydanticCustomError(fault.value, "JSON that everybody reads alike")
            return (
                cls.__pydantic_validator__.validate_json(_json_of(value)) if type(value) is dict else as_python(value)
            )

        return core_schema.json_or_python_schema(
            json_schema=model, python_schema=core_schema.no_info_wrap_validator_function(read, model)
        )


def _reads_digits(field: FieldInfo) -> bool:
    given: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type] # a type
    for digits in ('"0"', '["0"]'):
        with suppress(ValidationError):
            given.validate_json(digits)
            return True
    return False


def _json_of(value: object) -> bytes:
    try:
        return to_json(value)
    except ValueError:
        # Half of a surrogate pair: JSON can escape it, but it is not text.
        raise PydanticCustomError("not_text", "Contains something that is not text") from None


class Page(BaseModel, Generic[T]):
    """Part of a list; `next` asks for the part after it and is absent on the last."""

    items: list[T]
    next: str | None = None


def answer(
    committed: Committed[Any],
    body: BaseModel,
    *,
    status: int = 200,
    version: int | None = None,
    location: str | None = None,
) -> Response:
    """The response to a command, first or repeated. `version` is the aggregate's, for the next If-Match."""
    headers = {}
    if committed.positions:
        headers["Careflow-Position"] = write_positions(committed.positions)
    if committed.repeated:
        headers["Idempotency-Replayed"] = "true"
    if location is not None:
        headers["Location"] = location
    return _json(body, status=status, version=version, headers=headers)


def represent(body: BaseModel, *, version: int | None = None) -> Response:
    """The response to a read; `version` becomes the ETag an If-Match repeats."""
    return _json(body, status=200, version=version, headers={})


def write_positions(positions: tuple[StreamPosition, ...]) -> str:
    """How `Careflow-Position` and `Careflow-After` write what a command published."""
    return ", ".join(str(position) for position in positions)


def _json(body: BaseModel, *, status: int, version: int | None, headers: dict[str, str]) -> Response:
    if version is not None:
        headers["ETag"] = f'"{version}"'
    # What a service answers is about a person: no shared or browser cache keeps it.
    headers["Cache-Control"] = "no-store"
    content = body.model_dump_json(by_alias=True)
    return Response(content, status_code=status, media_type="application/json", headers=headers)
