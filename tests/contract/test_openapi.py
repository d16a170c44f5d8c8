"""The committed OpenAPI documents: valid, and of every route of their service."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from careflow_service.describing import main

INTEGRATORS = Path(__file__).parents[2] / "docs" / "integrators"
SERVICES = ("booking", "screening", "sessions", "billing")


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_valid_and_has_every_route_of_the_access_table(service: str) -> None:
    document: dict[str, Any] = json.loads((INTEGRATORS / service / "openapi.json").read_bytes())

    schemathesis.openapi.from_dict(document).validate()
    described = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    access = import_module(f"{service}.entrypoints.http.access").ACCESS
    assert {row for row in access if row.partition(" ")[2].startswith("/v1/")} <= described


def test_one_that_differs_is_named_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "billing" / "openapi.json"
    document.parent.mkdir()
    document.write_text("{}")

    assert main([str(tmp_path), "billing", "--check"]) == 1

    assert capsys.readouterr().err == f"{document}: differs from the service's routes; `make generated` writes it\n"
    assert document.read_text() == "{}"


def test_writing_makes_it_agree(tmp_path: Path) -> None:
    assert main([str(tmp_path), "billing"]) == 0
    assert main([str(tmp_path), "billing", "--check"]) == 0
