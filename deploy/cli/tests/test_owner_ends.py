"""Whatever ends the owner of an ephemeral stack ends all that it started, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SAMPLE = Path(__file__).parent / "sample"
ENDS_WITHIN = 20.0  # seconds; about one is usual

pytestmark = [pytest.mark.kafka, pytest.mark.store]


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


def owner(folder: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(SAMPLE), "TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, str(SAMPLE / "sample_owner.py")], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("moment", "signum"),
    [
        ("ready", signal.SIGKILL),
        ("waiting for", signal.SIGKILL),
        ("waiting for", signal.SIGINT),
    ],
    ids=["kill -9 while it runs", "kill -9 while it starts", "Ctrl-C while it starts"],
)
def test_nothing_is_left(tmp_path: Path, moment: str, signum: signal.Signals) -> None:
    with owner(tmp_path) as owning:
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
