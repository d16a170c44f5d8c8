"""Who installs or runs a part of this library gets no driver or client that the part does not need."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

INTEGRATORS = (
    "envelope",
    "contracts",
    "catalogue",
    "sealing",
    "schemas",
    "publication",
    "subscription",
    "testing.samples",
)
"""What an integrator installs: envelope, contracts and catalogue."""
SUBSCRIBERS = ("kafka.subscriber",)
"""What one uses who subscribes: a Kafka client, and no store."""
WITHOUT_KAFKA = ("mongo", "operations", "relay", "delivery", "replay", "checkpoint", "lease")
"""What an `api` or `timers` process uses."""


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (INTEGRATORS, ("pymongo", "bson", "aiokafka", "faststream")),
        (SUBSCRIBERS, ("pymongo", "bson", "faststream", "prometheus_client")),
        (WITHOUT_KAFKA, ("aiokafka", "faststream")),
    ],
    ids=["an integrator gets no driver", "a subscriber gets no store", "an api gets no Kafka client"],
)
def test_it_imports_no_more_than_it_needs(modules: Sequence[str], unwanted: Sequence[str]) -> None:
    program = (
        "import importlib, sys\n"
        f"for module in {modules!r}:\n"
        "    importlib.import_module(f'careflow_events.{module}')\n"
        f"    for name in {unwanted!r}:\n"
        "        if name in sys.modules: sys.exit(f'{module} imports {name}')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
