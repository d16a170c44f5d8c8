"""A build that is asked: a checkout whose environment is made, and the process that runs its stack and measures it.

Invariant: the process and its stack end with the `with` block, also when that is left by an interrupt.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careflow_cli.errors import CareflowError
from careflow_cli.processes.signals import uninterrupted
from tests.bench.questions.answers import Turn

PROBE = Path(__file__).with_name("probe.py")
_ENDING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Build:
    """A checkout of CareFlow after `make bootstrap`."""

    name: str
    checkout: Path

    @property
    def python(self) -> Path:
        """Its own interpreter, with its own packages. Raises CareflowError where there is none."""
        found = self.checkout / ".venv" / "bin" / "python"
        if not found.exists():
            raise CareflowError(f"{self.checkout} is no checkout that can run: make bootstrap there first")
        return found


class Probe:
    """The measuring process of one build."""

    def __init__(self, build: Build, process: subprocess.Popen[str]) -> None:
        self.build = build
        self._process = process

    @property
    def pid(self) -> int:
        """Its number on this machine."""
        return self._process.pid

    def started(self) -> str:
        """Waits until its stack runs; the store it runs on."""
        return str(self._told()["store"])

    def prepare(self, question: str) -> None:
        """What is done once, before the first turn of any question."""
        self._tell(f"prepare {question}")
        self._told()

    def turn(self, question: str) -> Turn:
        """One turn of a question. Raises CareflowError where the process gives no answer."""
        self._tell(f"turn {question}")
        return Turn.of_json(self._told())

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        told: dict[str, Any] = json.loads(line) if line else {"error": "it ended without an answer"}
        if "error" in told:
            raise CareflowError(f"{self.build.name}: {told['error']}")
        return told

    def end(self) -> None:
        """Its stack first; a process that is in the middle of a question is interrupted."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def probing(build: Build, questions: Sequence[str], *, extent: str) -> Iterator[Probe]:
    """The process of a build, which starts its stack while others start theirs."""
    process = subprocess.Popen(
        [build.python, PROBE, build.checkout, extent, *questions],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=build.checkout, start_new_session=True,
    )  # fmt: skip
    probe = Probe(build, process)
    try:
        yield probe
    finally:
        with uninterrupted():
            probe.end()
