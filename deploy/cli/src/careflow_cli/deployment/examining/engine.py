"""The Docker engine, asked by its own command."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from careflow_cli.errors import CareflowError

WITHIN_SECONDS = 30.0
OF_PROJECT = "com.docker.compose.project"
OF_SERVICE = "com.docker.compose.service"


def asked(*arguments: str, within: float = WITHIN_SECONDS) -> str:
    """What `docker …` says. Raises CareflowError."""
    docker = shutil.which("docker")
    if docker is None:
        raise CareflowError("docker is not installed")
    try:
        done = subprocess.run([docker, *arguments], capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        raise CareflowError(f"the engine does not answer within {within:.0f} s") from None
    if done.returncode:
        raise CareflowError((done.stderr.strip().splitlines() or ["the engine says no"])[-1])
    return done.stdout


def there() -> bool:
    """Whether it answers."""
    try:
        asked("version")
    except CareflowError:
        return False
    return True


def containers(project: str) -> list[dict[str, Any]]:
    """What it says of each container of a project. Raises CareflowError."""
    ids = asked("ps", "--all", "--quiet", "--filter", f"label={OF_PROJECT}={project}").split()
    return _inspected(ids) if ids else []


def images(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Of these images those that are there, by name."""
    found = {}
    for name in names:
        try:
            (found[name],) = _inspected([name], "image")
        except CareflowError:
            continue
    return found


def _inspected(names: Sequence[str], *kind: str) -> list[dict[str, Any]]:
    inspected: list[dict[str, Any]] = json.loads(asked(*kind, "inspect", *names))
    return inspected
