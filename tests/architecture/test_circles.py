"""No module of ours needs itself, by whatever way round: also not for types alone.

import-linter looks at rooms; within one, a circle of modules means that neither can be read before the other.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = (
    "careflow_domain",
    "careflow_events",
    "careflow_service",
    "booking",
    "screening",
    "sessions",
    "billing",
    "careflow_cli",
    "careflow_clinic",
)


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """A way from a module back to itself; nothing when there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_needs_itself() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    for_types = "careflow_service.mongo.store"
    assert for_types in imports["careflow_service.service"], "what is imported for types alone was not read"
    assert circle(imports) == []


def test_a_circle_is_found() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}
