"""Prometheus and its checkers, where they are here."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy" / "observability"
FETCHED = ROOT / ".careflow" / "prometheus" / "usr" / "bin"


def program(*names: str) -> str:
    """The first of these, from the PATH or as `tests/observability/fetch` brought it; skips where there is none."""
    for name in names:
        if found := shutil.which(name) or shutil.which(name, path=FETCHED):
            return found
    pytest.skip(f"there is no {names[0]} here; tests/observability/fetch brings it where apt-get works")


def says_yes(*argv: str) -> None:
    """Run a checker that must not complain."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
