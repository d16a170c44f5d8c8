"""A process of a service loads its own half: workers and jobs no web framework, everything but workers no Kafka, and
none what it needs only for what it may never be asked to do.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

pytestmark = pytest.mark.thorough

SERVICES = ("booking", "screening", "sessions", "billing")


@pytest.mark.parametrize(
    ("processes", "unwanted"),
    [
        (("worker", "timers", "indexes"), ("fastapi",)),
        (("api", "timers", "indexes"), ("aiokafka", "faststream")),
        (("api", "worker", "timers", "indexes"), ("opentelemetry.sdk", "opentelemetry.exporter")),
        (("api", "worker", "timers", "indexes"), ("typst",)),
        (("api", "worker", "timers", "indexes"), ("careflow_events.testing", "careflow_service.testing", "pytest")),
    ],
    ids=[
        "without the web framework",
        "without a Kafka client",
        "without what exports spans",
        "without what prints papers",
        "without what is for tests",
    ],
)
def test_a_process_loads_its_own_half(processes: Sequence[str], unwanted: Sequence[str]) -> None:
    assert [f"{by} loads {name}" for by, loaded in loads(*processes) for name in unwanted if name in loaded] == []


@functools.cache
def loads(*processes: str) -> list[tuple[str, frozenset[str]]]:
    """What these processes import, in a fresh interpreter: each module with all that is loaded once it is."""
    modules = [
        *(f"{service}.bootstrap" for service in SERVICES),
        "careflow_service.main",
        *(f"careflow_service.processes.{process}" for process in processes),
    ]
    program = (
        "import importlib, json, sys\n"
        f"for module in {modules!r}:\n"
        "    importlib.import_module(module)\n"
        "    print(json.dumps([module, list(sys.modules)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [(module, frozenset(loaded)) for module, loaded in map(json.loads, done.stdout.splitlines())]
