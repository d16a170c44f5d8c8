"""One-shot processes of the kept stack's services, run to their end: they have the service's keys and its store's
address, and the command has neither.

Invariant: whatever ends the command also ends the process it started; what went wrong is the one line the process says.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import IO, Any

from careflow_cli.errors import CareflowError
from careflow_cli.processes.table import inherited
from careflow_cli.stack.stack import Stack

LOOK_EVERY = 0.2  # seconds
GRACE = 15.0  # seconds for a process that was told to stop

Entry = dict[str, Any]


def run(
    stack: Stack,
    service: str,
    command: tuple[str, ...],
    tick: Callable[[Entry], None],
    *,
    stdout: IO[bytes],
    stdin: IO[bytes] | None = None,
) -> None:
    """Runs `python -m SERVICE COMMAND…` to its end; `tick` is called every now and then with its last log entry.
    Raises CareflowError.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", service, *command],
            env={**inherited(), **stack.environment(service, command[0])},
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout,
            stderr=errors,
        )
        try:
            while True:
                try:
                    code = process.wait(LOOK_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    tick(_last_entry(_so_far(errors)))
        finally:
            _end(process)
        if code != 0:
            raise CareflowError(_complaint(_so_far(errors), service, command[0]))


def answer(
    stack: Stack,
    service: str,
    command: tuple[str, ...],
    tick: Callable[[Entry], None],
    *,
    stdin: IO[bytes] | None = None,
) -> dict[str, Any]:
    """As `run`; the one document it writes."""
    with tempfile.TemporaryFile() as out:
        run(stack, service, command, tick, stdout=out, stdin=stdin)
        out.seek(0)
        found: dict[str, Any] = json.loads(out.read())
        return found


def _so_far(written: IO[bytes]) -> list[str]:
    """Its lines. Where it goes on writing is shared with us, so it is read without moving there."""
    number = written.fileno()
    return os.pread(number, os.fstat(number).st_size, 0).decode(errors="replace").splitlines()


def _last_entry(lines: list[str]) -> Entry:
    for line in reversed(lines):
        if line.startswith("{") and line.endswith("}"):
            entry: Entry = json.loads(line)
            return entry
    return {}


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _complaint(lines: list[str], service: str, command: str) -> str:
    """The one line a process says for an operator; the others are log entries."""
    said = [line for line in lines if line and not line.startswith("{")]
    return said[-1] if said else f"{service} {command} did not come to its end"
