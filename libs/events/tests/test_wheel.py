"""What an integrator installs works without this workspace, and brings no driver along."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from careflow_events import contracts
from careflow_events.testing.samples import samples

LIBRARY = Path(__file__).parents[1]
UV = Path(sys.executable).parent / "uv"
READS_ONE_RECORD = """
import json, sys
from careflow_events import catalogue, contracts, envelope
event = envelope.decode(sys.stdin.buffer.read(), [])
data = catalogue.read(event, keyring=None)
assert isinstance(data, contracts.ConsultationBooked)
print(json.dumps([event.stream, str(data.kind)]))
"""


SUBSCRIBES = """
import asyncio
from careflow_events.contracts import ConsultationBooked
from careflow_events.kafka.subscriber import Subscriber
subscriber = Subscriber("127.0.0.1:1", "somebody")
@subscriber.on(ConsultationBooked)
async def booked(event): pass
try:
    subscriber.run()
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_wheel_reads_a_record_in_an_environment_of_its_own(tmp_path: Path) -> None:
    booked = next(sample for sample in samples() if sample.contract is contracts.ConsultationBooked)

    python, installed = _installed(tmp_path)
    told = _run(str(python), "-I", "-c", READS_ONE_RECORD, given=booked.value)

    assert {"careflow-events", "pydantic"} <= installed
    assert not installed & {"pymongo", "aiokafka", "faststream", "fastapi", "pytest"}
    assert json.loads(told) == [booked.envelope.stream, booked.envelope.data["kind"]]


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_subscriber_needs_the_kafka_client_and_no_store(tmp_path: Path) -> None:
    python, installed = _installed(tmp_path, extra="[subscriber]")

    assert not installed & {"pymongo", "faststream", "opentelemetry-api", "prometheus-client", "fastapi", "pytest"}
    assert "KafkaConnectionError" in _run(str(python), "-I", "-c", SUBSCRIBES).decode()


def _installed(folder: Path, extra: str = "") -> tuple[Path, set[str]]:
    """An environment with the wheel and nothing else of ours: its Python, and the names of what is in it."""
    python = folder / "environment" / "bin" / "python"
    _run(str(UV), "build", "--quiet", "--wheel", "--out-dir", str(folder / "wheel"), str(LIBRARY))
    (wheel,) = (folder / "wheel").glob("*.whl")
    _run(str(UV), "venv", "--quiet", "--python", sys.executable, str(folder / "environment"))
    _run(str(UV), "pip", "install", "--quiet", "--python", str(python), f"{wheel}{extra}")
    listed = _run(str(UV), "pip", "list", "--python", str(python), "--format", "json")
    return python, {package["name"] for package in json.loads(listed)}


def _run(*command: str, given: bytes = b"") -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(command, input=given, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
