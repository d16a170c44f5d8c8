"""The kept stack as one uses it: up, status, logs, token, clock, down, and what a crash leaves behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from careflow_cli.processes import records

SAMPLE = Path(__file__).parent / "sample"
NAMES = ["kafka", "edge", "sample_service-store", "sample_service-api", "sample_service-worker"]
NOT_RUNNING = 3

pytestmark = [pytest.mark.kafka, pytest.mark.store, pytest.mark.thorough]


@dataclass(frozen=True)
class Command:
    """The `careflow` command with a state folder of its own."""

    state: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(SAMPLE), "CAREFLOW_STATE_DIR": str(self.state)}

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, str(SAMPLE / "sample_careflow.py"), *arguments]

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.argv(*arguments), env=self.environment, capture_output=True, text=True, timeout=150, check=False
        )

    def status(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in json.loads(self("status", "--json").stdout)}

    def running(self) -> dict[str, records.Record]:
        return records.running(self.state / "run")


@pytest.fixture(scope="module")
def careflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A stack that is up."""
    command = Command(tmp_path_factory.mktemp("kept") / "state")
    done = command("up")
    try:
        assert done.returncode == 0, done.stderr
        yield command
    finally:
        command("down")
    assert command.running() == {}


def test_status_shows_every_process_with_its_figures(careflow: Command) -> None:
    rows = careflow.status()

    assert list(rows) == NAMES
    for row in rows.values():
        assert (row["state"], row["health"]) == ("running", "ready")
        assert psutil.Process(row["pid"]).is_running()
        assert row["memory_bytes"] > 1_000_000
        assert row["port"] > 0
        assert row["uptime_seconds"] >= 0


def test_up_again_says_that_it_runs_and_changes_nothing(careflow: Command) -> None:
    before = careflow.running()

    done = careflow("up")

    assert (done.returncode, "already running" in done.stdout) == (0, True)
    assert careflow.running() == before


def test_a_crashed_service_is_seen_and_the_next_up_brings_it_back(careflow: Command) -> None:
    before = careflow.running()
    os.kill(before["sample_service-worker"].pid, signal.SIGKILL)
    while careflow.running().keys() == before.keys():
        time.sleep(0.01)

    seen = careflow("status", "--json")

    assert seen.returncode == NOT_RUNNING
    assert {row["name"]: row["state"] for row in json.loads(seen.stdout)}["sample_service-worker"] == "died"
    assert careflow("up").returncode == 0
    after = careflow.running()
    assert after.keys() == before.keys()
    assert after["kafka"] == before["kafka"]
    assert after["sample_service-store"] == before["sample_service-store"]


def test_logs_are_there_by_name(careflow: Command) -> None:
    assert "Kafka Server started" in careflow("logs", "kafka").stdout

    unknown = careflow("logs", "nobody")
    assert unknown.returncode == 1
    assert (
        unknown.stderr
        == f"careflow: nobody has no log here; there are: {', '.join(sorted([*NAMES, 'sample_service-indexes']))}\n"
    )


def test_the_clock_travels_and_starts_over(careflow: Command) -> None:
    travelled = careflow("clock", "advance", "6w")
    shown = careflow("clock", "show")
    back = careflow("clock", "set", "2020-01-01T00:00:00Z")
    reset = careflow("clock", "reset")

    assert travelled.returncode == 0, travelled.stderr
    assert re.search(r"4[12] days.* ahead", shown.stdout)
    assert "next deadline none" in shown.stdout
    assert back.returncode == 1
    assert "only goes on" in back.stderr
    assert reset.returncode == 0


def test_a_token_is_printed_alone(careflow: Command) -> None:
    done = careflow("token", "--role", "nurse", "--hours", "1")

    assert done.returncode == 0
    assert done.stdout.count(".") == 2


def test_the_address_of_kafka_is_printed_alone(careflow: Command) -> None:
    done = careflow("address", "kafka")

    assert done.stdout.strip() == f"127.0.0.1:{careflow.status()['kafka']['port']}"


def test_all_of_it_is_at_one_address_which_up_says_and_which_stays(careflow: Command) -> None:
    address = careflow("address", "edge").stdout.strip()

    front = httpx.get(address)

    assert "CareFlow on this machine" in front.text
    assert f"in a browser: {address}\n" in careflow("up").stdout
    told = httpx.get(f"http://127.0.0.1:{careflow.status()['sample_service-api']['port']}/environment").json()
    assert (told["CAREFLOW_PUBLIC_URL"], told["CAREFLOW_PUBLIC_PATH"]) == (address, "/sample_service")
    assert '"service": "edge"' in careflow("logs", "edge").stdout


def test_what_does_not_run_has_no_address(tmp_path: Path) -> None:
    absent, nobody = (Command(tmp_path / "state")("address", name) for name in ("kafka", "moon"))

    assert (absent.returncode, absent.stderr) == (1, "careflow: kafka is not running here: careflow up\n")
    assert (nobody.returncode, nobody.stderr.startswith("careflow: there is no service moon")) == (1, True)


def secrets_of(command: Command) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (command.state / "secrets").iterdir()}


@pytest.mark.long
def test_a_killed_up_never_stops_the_next_and_two_stacks_run_side_by_side(careflow: Command, tmp_path: Path) -> None:
    other = Command(tmp_path / "state")
    up = subprocess.Popen(other.argv("up"), env=other.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while "kafka" not in other.running():
        time.sleep(0.02)
    up.kill()
    up.wait()
    left_over, secrets = other.running(), secrets_of(other)

    down, again = other("down"), other("up")

    try:
        assert (down.returncode, again.returncode) == (0, 0), down.stderr + again.stderr
        assert not any(record.running for record in left_over.values())
        assert secrets_of(other) == secrets
        assert other.running()["kafka"].port == left_over["kafka"].port
        rows = [*careflow.status().values(), *other.status().values()]
        assert [row["health"] for row in rows] == ["ready"] * 2 * len(NAMES)
        assert len({row["port"] for row in rows}) == 2 * len(NAMES)
    finally:
        forgotten = other("down", "--forget")
    assert (forgotten.returncode, other.state.exists()) == (0, False)
    assert {row["state"] for row in other.status().values()} == {"stopped"}
    assert careflow.running().keys() == set(NAMES)
