"""Backups of the kept stack's services, taken and put back by the service's own one-shot processes: they have its keys
and its store's address, and what is in a backup is for nobody else.

Invariant: a file under the name one asked for is a whole backup that was read back; whatever ends the command ends the
process it started, and what was cut short leaves no such file.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from careflow_cli.errors import CareflowError
from careflow_cli.stack import one_shot
from careflow_cli.stack.services import health
from careflow_cli.stack.stack import Stack

LOOK_EVERY = 0.2  # seconds
PATIENCE = 30.0  # seconds for a service that starts to answer
PROCESSES = ("worker", "api")

Say = Callable[[str], None]


def take(stack: Stack, service: str, file: Path, say: Say) -> dict[str, Any]:
    """Writes a backup of the service to `file` and reads it back; answers what it holds. Raises CareflowError."""
    if file.exists():
        raise CareflowError(f"{file} is there already: a backup replaces nothing")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)  # left behind, or somebody else's, who would read along in it
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            one_shot.run(stack, service, ("backup",), lambda _: say(_size(part)), stdout=out)
            os.fsync(out.fileno())
        say("reading it back")
        found = look(stack, service, part)
        part.rename(file)
    except OSError as error:
        raise CareflowError(f"{file} cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
    return found


def look(stack: Stack, service: str, file: Path) -> dict[str, Any]:
    """Reads a backup to its end with the service's keys; answers what it holds. Raises CareflowError."""
    return _restore(stack, service, file, lambda: None)


def put_back(stack: Stack, service: str, file: Path, say: Say) -> dict[str, Any]:
    """Stops the service, makes its store hold what the backup holds, and starts the service again, fenced. Raises
    CareflowError.
    """
    say("stopping the service")
    names = [f"{service}-{process}" for process in PROCESSES]
    for name in names:
        stack.stop(name)
    try:
        found = _restore(stack, service, file, lambda: say("putting it back"), "--execute")
    finally:
        for name in names:
            stack.launch(name)
    say("starting the service")
    _await_answer(stack, service)
    return found


def _await_answer(stack: Stack, service: str) -> None:
    """Waits until the service answers, fenced as it is. Raises CareflowError."""
    url, until = stack.service_url(service), time.monotonic() + PATIENCE
    while health(url) == "no answer":
        if time.monotonic() > until:
            raise CareflowError(
                f"{service} was put back, but does not answer after {PATIENCE:.0f} s: "
                f"careflow logs {service}-api says why, careflow up starts it again"
            )
        time.sleep(LOOK_EVERY)


def _restore(stack: Stack, service: str, file: Path, tick: Callable[[], None], *options: str) -> dict[str, Any]:
    try:
        with file.open("rb") as source:
            return one_shot.answer(stack, service, ("restore", *options), lambda _: tick(), stdin=source)
    except OSError as error:
        raise CareflowError(f"{file} cannot be read ({error.strerror})") from error


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:,.1f} MB" if file.exists() else ""
