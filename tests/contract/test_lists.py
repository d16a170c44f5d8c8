"""Every list of every service is read page by page, each page within a bound, so that none is ever told in part without
saying so, and the ten-thousandth row is as near as the first. A list is what answers `items`.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

INTEGRATORS: Final = Path(__file__).parents[2] / "docs" / "integrators"
SERVICES: Final = ("booking", "screening", "sessions", "billing")
MOST_ON_A_PAGE: Final = 500
BOUNDED: Final[Mapping[str, str]] = {
    "booking /v1/availability": "31 days at most, and 500 times",
    "booking /v1/public/info-calls/availability": "31 days at most, and 500 times",
    "screening /v1/questionnaires": "the clinic's content, no rows of a store",
    "screening /v1/questionnaires/{code}": "the items of one questionnaire",
    "sessions /v1/consent-texts": "the clinic's content, no rows of a store",
    "sessions /v1/patients/{patient_id}/findings": "one aggregate, which keeps them all",
    "sessions /v1/patients/{patient_id}/packages": "what was dispensed for one patient and is, or was, kept here",
    "sessions /v1/sessions/{session_id}/notes": "what was written of one session",
    "sessions /v1/sessions/{session_id}/psychotherapy-notes": "what one author wrote of one session",
    **{f"{each} /ops/outbox/refeeds": "each is asked for by hand, and ends" for each in SERVICES},
}
"""Lists without pages, and what bounds each."""


@cache
def document_of(service: str) -> dict[str, Any]:
    """As the routers describe it: `make lint` sees to that."""
    return dict(json.loads((INTEGRATORS / service / "openapi.json").read_bytes()))


def lists_of(service: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each list by its path, with the parameters of its query by name and the fields it answers."""
    schemas = document_of(service)["components"]["schemas"]
    for path, item in document_of(service)["paths"].items():
        operation = item.get("get", {})
        answered = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        schema = answered.get("schema", {})
        fields = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema).get("properties", {})
        if schema.get("type") == "array" or fields.get("items", {}).get("type") == "array":
            query = {each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "query"}
            yield f"{service} {path}", query, fields


@pytest.mark.parametrize("service", SERVICES)
def test_every_list_is_read_page_by_page(service: str) -> None:
    whole = {
        path
        for path, query, fields in lists_of(service)
        if not ({"limit", "after"} <= query.keys() and "next" in fields)
    }
    allowed = {path for path in BOUNDED if path.startswith(f"{service} ")}
    assert whole - allowed == set(), "a list takes `limit` and `after`, and answers `next`"
    assert allowed - whole == set(), "what has pages needs no excuse"


@pytest.mark.parametrize("service", SERVICES)
def test_a_page_is_bounded(service: str) -> None:
    limits = {path: query["limit"] for path, query, _ in lists_of(service) if "limit" in query}
    assert len(limits) > 10
    assert [path for path, limit in limits.items() if not 1 <= limit.get("maximum", 0) <= MOST_ON_A_PAGE] == []
    assert [path for path, limit in limits.items() if not 1 <= limit["default"] <= limit["maximum"]] == []
