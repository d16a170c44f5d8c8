"""Other languages as their locks say they are installed, or one sentence about why they cannot be."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from careflow_cli.checkout import root

HERE = Path(__file__).parent
EXAMPLES = root() / "docs/integrators/examples"
UNREACHED = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "dial tcp", "no such host")


def made(command: Sequence[str], folder: Path, what: str, **environment: str) -> None:
    """Runs it; where its registry is not reached the test is skipped, and says what was not tried."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240
    )
    if any(word in done.stderr for word in UNREACHED):
        pytest.skip(f"a registry is not reached: {what} was NOT tried")
    assert done.returncode == 0, done.stdout + done.stderr


def kept_at(language: str, *decided_by: Path) -> Path:
    """Where what these files decide is kept from one run to the next."""
    name = hashlib.sha256(b"".join(each.read_bytes() for each in decided_by)).hexdigest()[:16]
    folder = root() / ".careflow" / language / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """Where the packages of the lock are, and the examples beside them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no node here: what JavaScript makes of our events was NOT tried")
    folder = kept_at("javascript", HERE / "package-lock.json")
    for each in (*HERE.glob("*.json"), *HERE.glob("*.mjs"), *EXAMPLES.glob("*.m[jt]s")):
        shutil.copy(each, folder)
    if not (folder / "installed").exists():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        made(command, folder, "what JavaScript makes of our events")
        (folder / "installed").touch()
    return folder


@pytest.fixture(scope="session")
def javascript(node_folder: Path) -> Callable[[Any], Any]:
    """Gives cases to `conformance.mjs` and answers with what it says."""

    def run(cases: Any) -> Any:
        told = subprocess.run(
            ["node", "conformance.mjs"],
            cwd=node_folder,
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    return run
