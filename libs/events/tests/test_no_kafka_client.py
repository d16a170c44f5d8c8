"""What an `api` or `timers` process uses of this library brings no Kafka client with it."""

import subprocess
import sys

import pytest

KAFKA_CLIENTS = ("aiokafka", "faststream")


@pytest.mark.parametrize("module", ["mongo", "operations", "relay", "delivery", "replay", "checkpoint", "lease"])
def test_it_imports_no_kafka_client(module: str) -> None:
    program = (
        f"import sys, careflow_events.{module}; print(*[n for n in {KAFKA_CLIENTS!r} if n in sys.modules], end='')"
    )

    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert imported.stdout == ""
