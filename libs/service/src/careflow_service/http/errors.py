"""Every error becomes one RFC 9457 problem here, and nowhere else.

Invariant: the answer to any failure is `application/problem+json` with a stable `code`; it says which field is wrong
and how, never what was in it, and nothing of our own insides.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic_core.core_schema import ErrorType
from starlette.exceptions import HTTPException
from starlette.responses import Response

from careflow_domain.errors import DomainError, ErrorKind
from careflow_events.outbox import RecordTooLarge
from careflow_events.sealing import SectionTooLarge
from careflow_service import problems
from careflow_service.errors import LimitReached, ServiceError
from careflow_service.mongo.faults import store_is_away
from careflow_service.problems import Problem, ProblemType

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SOON: Final = {"Retry-After": "1"}

STATUS_OF_KIND: Final[Mapping[ErrorKind, tuple[int, str]]] = {
    ErrorKind.INVALID: (422, "This cannot be right as it is."),
    ErrorKind.NOT_FOUND: (404, "There is no such thing."),
    ErrorKind.CONFLICT: (409, "This cannot be done as things stand."),
    ErrorKind.FORBIDDEN: (403, "This caller may not do that."),
    ErrorKind.STALE: (412, "Someone else changed it meanwhile; read it again."),
    ErrorKind.GONE: (410, "This is no longer there."),
    ErrorKind.TOO_MANY: (429, "There are too many of these."),
    ErrorKind.TOO_LARGE: (413, "This is larger than it may be."),
    ErrorKind.UNAVAILABLE: (503, "The service cannot answer right now."),
}

_OF_STATUS: Final[Mapping[int, ProblemType]] = {
    # The framework raises 400 only for a body it cannot read.
    400: problems.MALFORMED_JSON,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    413: problems.BODY_TOO_LARGE,
    415: problems.UNSUPPORTED_MEDIA_TYPE,
}

_OF_CODE: Final = {kind.code: kind for kind in problems.LIBRARY_PROBLEMS}

_FIELD_CODES: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "timezone_aware": "timezone_required",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "bytes_too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_pattern_mismatch": "wrong_form",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "finite_number": "not_a_number",
    "zoneinfo_str": "unknown_value",
}
_BUILT_IN_TYPES: Final = frozenset(get_args(ErrorType))
_PARSING_SUFFIXES: Final = ("_type", "_parsing", "_unicode")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def problem_for(error: Exception) -> Problem:
    """The problem that answers `error`; what is not known is `internal`."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException() if error.status_code in _OF_STATUS:
            return Problem(_OF_STATUS[error.status_code])
        case DomainError() | ServiceError():
            return _of_refusal(error)
        case RecordTooLarge() | SectionTooLarge():
            return Problem(problems.EVENT_TOO_LARGE)
        case _ if store_is_away(error):
            return Problem(problems.UNAVAILABLE, headers=RETRY_SOON)
        case _:
            return Problem(problems.INTERNAL)


def render(problem: Problem, *, instance: str) -> Response:
    """The response that carries `problem`. `instance` is an opaque reference to this occurrence."""
    content = orjson.dumps(problem.document(instance), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(content, status_code=problem.kind.status, media_type=MEDIA_TYPE, headers=headers)


def _of_refusal(refusal: DomainError | ServiceError) -> Problem:
    status, title = STATUS_OF_KIND[refusal.kind]
    known = _OF_CODE.get(refusal.code)
    kind = known if known is not None and known.status == status else ProblemType(refusal.code, status, title)
    return Problem(kind, refusal.detail, extra=refusal.extra, headers=_when_again(refusal, kind))


def _when_again(refusal: DomainError | ServiceError, kind: ProblemType) -> Mapping[str, str]:
    if isinstance(refusal, LimitReached):
        return {"Retry-After": str(refusal.retry_after)}
    return RETRY_SOON if kind.code in {problems.UNAVAILABLE.code, problems.IN_PROGRESS.code} else {}


def _of_validation(error: RequestValidationError) -> Problem:
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Problem(problems.MALFORMED_JSON)
    return Problem(problems.INVALID_REQUEST, extra={"errors": faults_of(faults)})


def faults_of(faults: Sequence[Any]) -> list[dict[str, str]]:
    """Which fields are wrong and how, from what pydantic says of them; never what was in them."""
    return [
        {"field": ".".join(_segments(fault["loc"])) or "body", "code": _field_code(fault["type"])} for fault in faults
    ]


def _segments(path: Sequence[str | int]) -> Iterator[str]:
    """The way to a field. What does not look like a field's name is a key the client made up, and is not repeated."""
    for number, segment in enumerate(path):
        if number == 0 and segment == "body":
            continue
        text = str(segment)
        yield text if isinstance(segment, int) or _NAME.fullmatch(text) else "*"


def _field_code(kind: str) -> str:
    """A stable code for pydantic's error types; a service's own `PydanticCustomError` types are codes already."""
    if kind in _FIELD_CODES:
        return _FIELD_CODES[kind]
    if kind not in _BUILT_IN_TYPES:
        return kind
    return "wrong_type" if kind.endswith(_PARSING_SUFFIXES) else "invalid"
