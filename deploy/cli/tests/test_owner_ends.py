"""Whatever ends the owner of an ephemeral stack ends all that it started, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from careflow_cli.infra.docker import engine
from careflow_cli.infra.docker.container import STACK

SAMPLE = Path(__file__).parent / "sample"
ENDS_WITHIN = 20.0  # seconds; about one is usual

pytestmark = [pytest.mark.kafka, pytest.mark.store, pytest.mark.thorough]


def processes_below(folder: Path) -> list[psutil.Process]:
    """Everything alive that was started for a stack in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def in_the_engine(folder: Path) -> list[str]:
    """What the container engine has of stacks in this folder."""
    with engine.connected() as client:
        containers = client.client.containers.list(all=True, filters={"label": STACK})
        volumes = client.client.volumes.list(filters={"label": STACK})
        labels = {each.name: each.attrs["Labels"] for each in volumes} | {each.name: each.labels for each in containers}
    return [name for name, label in labels.items() if label[STACK].startswith(str(folder))]


def owner(folder: Path, provided: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(SAMPLE), "TMPDIR": str(folder), "CAREFLOW_INFRA": provided}
    return subprocess.Popen(
        [sys.executable, str(SAMPLE / "sample_owner.py")], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("provided", "moment", "signum"),
    [
        ("local", "ready", signal.SIGKILL),
        ("local", "waiting for", signal.SIGKILL),
        ("local", "waiting for", signal.SIGINT),
        pytest.param("docker", "waiting for", signal.SIGKILL, marks=pytest.mark.containers),
        pytest.param("docker", "waiting for", signal.SIGINT, marks=pytest.mark.containers),
    ],
    ids=[
        "kill -9 while it runs",
        "kill -9 while it starts",
        "Ctrl-C while it starts",
        "containers, kill -9 while it starts",
        "containers, Ctrl-C while it starts",
    ],
)
def test_nothing_is_left(tmp_path: Path, provided: str, moment: str, signum: signal.Signals) -> None:
    with owner(tmp_path, provided) as owning:
        assert owning.stdout is not None
        for line in owning.stdout:
            if line.startswith(moment):
                break
        assert processes_below(tmp_path)

        owning.send_signal(signum)

        deadline = time.monotonic() + ENDS_WITHIN
        while left := [*map(str, processes_below(tmp_path)), *map(str, tmp_path.iterdir())]:
            assert time.monotonic() < deadline, f"left: {left}"
            time.sleep(0.05)
    if provided == "docker":
        assert in_the_engine(tmp_path) == []
