"""No module of a domain needs itself, by whatever way round: also not for types alone.

import-linter looks at rooms; within one, a circle of modules means that neither can be read before the other.
"""

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))


def imports_within(package: str, folder: Path) -> dict[str, set[str]]:
    """Module -> the modules of the same package it imports, whether or not under TYPE_CHECKING."""
    modules = {file.stem for file in folder.glob("*.py")}
    return {file.stem: set(_imported(package, file)) & modules for file in folder.glob("*.py")}


def _imported(package: str, file: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module.removeprefix(f"{package}."))
        elif isinstance(node, ast.Import):
            found += [name.name.removeprefix(f"{package}.") for name in node.names]
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A way from a module back to itself; nothing when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("service", SERVICES)
def test_no_module_of_a_domain_needs_itself(service: str) -> None:
    graph = imports_within(f"{service}.domain", ROOT / "services" / service / "src" / service / "domain")

    assert sum(map(len, graph.values())) > 10, "the imports were not read"
    assert circle(graph) == []


def test_a_circle_for_types_alone_is_found(tmp_path: Path) -> None:
    (tmp_path / "facts.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from clinic.domain.visits import Visit\n"
    )
    (tmp_path / "visits.py").write_text("from clinic.domain import facts\n")

    assert set(circle(imports_within("clinic.domain", tmp_path))) == {"facts", "visits"}
