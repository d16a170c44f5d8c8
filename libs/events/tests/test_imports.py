"""What an integrator installs: envelope, contracts and catalogue without a driver."""

import subprocess
import sys

import pytest

DRIVERS = ("pymongo", "bson", "aiokafka", "faststream")


@pytest.mark.parametrize(
    "module",
    ["envelope", "contracts", "catalogue", "sealing", "schemas", "publication", "subscription", "testing.samples"],
)
def test_it_imports_no_driver(module: str) -> None:
    program = (
        f"import sys, careflow_events.{module}; print(*[name for name in {DRIVERS!r} if name in sys.modules], end='')"
    )

    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert imported.stdout == ""
