"""The table of routes finds what trying all of them one after the other would find."""

import pytest
from fastapi import FastAPI

from careflow_service.http.access import allow
from careflow_service.http.routes import RouteTable
from careflow_service.identity import Role
from careflow_service.problems import METHOD_NOT_ALLOWED, NOT_FOUND, Problem

PATHS = (
    "/health",
    "/schemas/{service}/{event}",
    "/v1/cases",
    "/v1/cases/mine",
    "/v1/cases/{case_id}",
    "/v1/cases/{case_id}/notes",
    "/v1/patients/{patient_id}",
)
ASKED = (
    *PATHS,
    "/schemas/a/b",
    "/schemas/a",
    "/v1",
    "/v1/",
    "/v1//x",
    "/v1/cases/7",
    "/v1/cases/7/notes",
    "/v1/x/7",
    "",
)


async def answer() -> None:
    """Nothing."""


def table_of(*paths: str) -> RouteTable:
    app = FastAPI()
    for path in paths:
        app.add_api_route(path, answer, methods=["GET"])
    guarded = [path for path in paths if path.startswith("/v1/")]
    return RouteTable.of(app, {f"GET {path}": allow(Role.NURSE) for path in guarded})


@pytest.mark.parametrize("path", ASKED)
def test_a_path_is_of_the_first_route_that_fits(path: str) -> None:
    table = table_of(*PATHS)
    fitting = [entry.template for entry in table if entry.method == "GET" and entry.pattern.fullmatch(path)]

    if fitting:
        assert table.resolve("GET", path).entry.template == fitting[0]
        with pytest.raises(Problem) as other:
            table.resolve("DELETE", path)
        assert other.value.kind is METHOD_NOT_ALLOWED
    else:
        with pytest.raises(Problem) as unknown:
            table.resolve("GET", path)
        assert unknown.value.kind is NOT_FOUND


@pytest.mark.parametrize("paths", [("/schemas/{service}/x", "/schemas/all/y"), ("/{service}/x/y", "/{service}/z/y")])
def test_routes_that_would_be_looked_for_elsewhere_are_none(paths: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="second part"):
        table_of(*paths)
