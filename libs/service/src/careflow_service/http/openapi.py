"""The OpenAPI document as the edge really behaves: its problems, headers and security, not the framework's defaults.

Everything is derived from the routes and the access table, so the document cannot say what the service does not do.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from careflow_domain.errors import ErrorKind
from careflow_service import problems
from careflow_service.http.access import Rule
from careflow_service.http.dependencies import (
    IDEMPOTENCY_KEY_PATTERN,
    IF_MATCH_PATTERN,
    expected_version,
    idempotent_request,
)
from careflow_service.http.errors import MEDIA_TYPE, STATUS_OF_KIND
from careflow_service.http.fields import TIME_OF_DAY_PATTERN
from careflow_service.http.routes import RouteTable
from careflow_service.problems import ProblemType

SECURITY_SCHEME: Final = "bearer"

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable and what a client branches on; a code may add members of its own.",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["careflow:problems/stale_version"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["stale_version"]},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "description": "With `invalid_request`: which fields are wrong and how, never what was in them.",
            "items": {
                "type": "object",
                "required": ["field", "code"],
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}},
            },
        },
    },
    "additionalProperties": True,
}

_AFTER: Final = {
    "name": "Careflow-After",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": r"^[^,@]+@[1-9][0-9]{0,17}( *, *[^,@]+@[1-9][0-9]{0,17}){0,15}$"},
    "description": "`<stream>@<sequence>[, …]`: answer only once this service has heard that much of these streams.",
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY_PATTERN},
    "description": "Chosen by the client, one per intended command; a repeat with the same key is answered the same.",
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": IF_MATCH_PATTERN},
    "description": "The ETag of the version this change was decided on.",
}

_EMERGENCY_ACCESS: Final = {
    "name": "Careflow-Emergency-Access",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The id of an open emergency access of the caller's to this patient: read under it, and on record.",
}

_STRING: Final = {"type": "string"}
_COMMAND_HEADERS: Final = {
    "ETag": {"description": "Version of the aggregate, for the next If-Match.", "schema": _STRING},
    "Careflow-Position": {"description": "What this command published, for Careflow-After.", "schema": _STRING},
    "Location": {"description": "Where what was made or changed is found.", "schema": _STRING},
    "Idempotency-Replayed": {"description": "`true` when this repeats an earlier answer.", "schema": _STRING},
}
_READ_HEADERS: Final = {"ETag": _COMMAND_HEADERS["ETag"]}
_RETRY_AFTER: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_CHALLENGE: Final = {"WWW-Authenticate": {"description": "The bearer challenge.", "schema": _STRING}}
_HEADERS_OF_STATUS: Final = {401: _CHALLENGE, 409: _RETRY_AFTER, 429: _RETRY_AFTER, 503: _RETRY_AFTER}


def document(app: FastAPI, table: RouteTable) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`."""
    found = get_openapi(title=app.title, version=app.version, description=app.description or None, routes=app.routes)
    rules = {entry.key: entry.rule for entry in table}
    for route in documented_routes(app):
        for method in route.methods or ():
            rule = rules[f"{method} {route.path}"]
            assert rule is not None
            operation = found["paths"][route.path_format][method.lower()]
            operation["operationId"] = route.name
            _describe(operation, method, route.dependant, rule)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    _name_times_of_day(schemas)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {SECURITY_SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return found


def _name_times_of_day(part: Any) -> None:
    """Times of day here are the clock's and have no zone; JSON Schema's `time` has one."""
    match part:
        case {"format": "time", **__}:
            del part["format"]
            part["pattern"] = TIME_OF_DAY_PATTERN
        case dict():
            for each in part.values():
                _name_times_of_day(each)
        case list():
            for each in part:
                _name_times_of_day(each)


def documented_routes(app: FastAPI) -> Iterator[RouteContext]:
    """The application's own routes; health and metrics are the inner network's."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.include_in_schema:
            yield context


def uses(dependant: Dependant, dependency: Callable[..., Any]) -> bool:
    """Whether a route asks for `dependency`, directly or through another."""
    return any(each.call is dependency or uses(each, dependency) for each in dependant.dependencies)


def _describe(operation: dict[str, Any], method: str, dependant: Dependant, rule: Rule) -> None:
    command = uses(dependant, idempotent_request)
    versioned = uses(dependant, expected_version)
    parameters = operation.setdefault("parameters", [])
    parameters += [_IDEMPOTENCY_KEY] * command + [_IF_MATCH] * versioned + [_AFTER]
    parameters += [_EMERGENCY_ACCESS] * bool(rule.emergency)
    operation["security"] = [] if rule.public else [{SECURITY_SCHEME: []}]
    if rule.open_to:
        operation["x-careflow-roles"] = sorted(rule.open_to)
    if rule.own is not None:
        operation["x-careflow-own"] = str(rule.own)
    if rule.emergency:
        operation["x-careflow-emergency"] = sorted(rule.emergency)
    responses = operation["responses"]
    responses.pop("422", None)
    for response in responses.values():
        response.setdefault("headers", dict(_READ_HEADERS if method == "GET" else _COMMAND_HEADERS))
    for status, codes in _refusals(operation, rule, command=command, versioned=versioned).items():
        responses[str(status)] = _problem_response(HTTPStatus(status).phrase, codes, _HEADERS_OF_STATUS.get(status))
    for status in _statuses_of_use_case(operation, command=command):
        refusal = _problem_response("A refusal of the use case", [], _HEADERS_OF_STATUS.get(status))
        responses.setdefault(str(status), refusal)


def _refusals(operation: dict[str, Any], rule: Rule, *, command: bool, versioned: bool) -> dict[int, list[ProblemType]]:
    """What the edge itself may refuse this operation with, by status; the use case's own codes share the statuses."""
    possible = [
        problems.MALFORMED_HEADER,
        problems.NOT_YET_KNOWN,
        problems.INTERNAL,
        problems.UNAVAILABLE,
        problems.RATE_LIMITED,
    ]
    if not rule.public:
        possible += [problems.UNAUTHENTICATED, problems.TOKEN_EXPIRED, problems.FORBIDDEN]
        possible += [problems.EMERGENCY_ACCESS_OVER] * bool(rule.emergency)
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        possible.append(problems.NOT_FOUND)
    if "requestBody" in operation:
        possible += [
            problems.MALFORMED_JSON,
            problems.BODY_TOO_SLOW,
            problems.BODY_TOO_LARGE,
            problems.UNSUPPORTED_MEDIA_TYPE,
        ]
    if command:
        possible += [problems.IDEMPOTENCY_KEY_MISSING, problems.IDEMPOTENCY_KEY_REUSED, problems.IN_PROGRESS]
    if versioned:
        possible += [problems.PRECONDITION_REQUIRED, problems.STALE_VERSION]
    if not rule.public or "requestBody" in operation or any(map(_has_a_form, operation["parameters"])):
        possible.append(problems.INVALID_REQUEST)
    return {
        status: [kind for kind in possible if kind.status == status]
        for status in sorted({kind.status for kind in possible})
    }


def _has_a_form(parameter: dict[str, Any]) -> bool:
    """Whether a parameter may be refused for how it looks: in the path plain text may not."""
    if parameter["in"] == "path":
        return not parameter["schema"].keys() <= {"type", "title", "description"}
    return bool(parameter["in"] == "query")


def _statuses_of_use_case(operation: dict[str, Any], *, command: bool) -> list[int]:
    """What a use case may refuse this operation with, each with codes of its own."""
    kinds = [ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND, ErrorKind.GONE]
    if command:
        kinds += [ErrorKind.CONFLICT, ErrorKind.TOO_MANY]
    if command or any(map(_has_a_form, operation["parameters"])):
        kinds.append(ErrorKind.INVALID)
    return sorted(STATUS_OF_KIND[kind][0] for kind in kinds)


def _problem_response(meaning: str, kinds: list[ProblemType], headers: dict[str, Any] | None) -> dict[str, Any]:
    codes = ", ".join(f"`{kind.code}`" for kind in kinds)
    return {
        "description": f"{meaning}: {codes}." if codes else f"{meaning}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        **({"headers": headers} if headers else {}),
    }
