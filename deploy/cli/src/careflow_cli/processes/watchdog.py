"""Ends a stack when its owner is gone for any reason, kill -9 included.

The owner holds the other end of this process's standard input and never writes: end of file means that the owner is
dead or done. Invariant: after that, nothing the stack started is alive, what it had elsewhere is undone and its
folder is gone. Portable: it needs pipes and signals, nothing of one kernel.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from careflow_cli.processes import endings
from careflow_cli.processes.records import records
from careflow_cli.processes.signals import kill_group

PATIENCE = 20.0  # seconds an owner waits for its watchdog to finish


class Watchdog:
    """The owner's handle."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "careflow_cli.processes.watchdog", str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """For those who want to see it gone."""
        return self._process.pid

    def close(self) -> None:
        """Tell it that the stack is over and wait until everything is gone."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)


def end(folder: Path) -> None:
    """Kill every process recorded in the folder, run its endings, remove it. After the rename nothing new can start."""
    closed = folder.with_name(folder.name + ".closed")
    folder.rename(closed)
    for record in records(closed / "run"):
        if record.running:
            kill_group(record.pid)
    endings.run(closed)
    shutil.rmtree(closed, ignore_errors=True)


def watch(folder: Path) -> None:
    """Wait for the end of the owner, then end the stack."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    while os.read(0, 1024):
        pass
    end(folder)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
