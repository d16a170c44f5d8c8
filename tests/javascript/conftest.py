"""JavaScript as it is installed by the lock beside this file, or one sentence about why it cannot be."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from careflow_cli.checkout import root

HERE = Path(__file__).parent
EXAMPLE = root() / "docs/integrators/examples/in_javascript.mjs"
UNREACHED = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")


@pytest.fixture(scope="session")
def javascript() -> Callable[[Any], Any]:
    """Gives cases to `conformance.mjs` and answers with what it says."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no node here: what JavaScript makes of our events was NOT tried")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = root() / ".careflow" / "javascript" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for each in (*HERE.glob("*.json"), *HERE.glob("*.mjs"), EXAMPLE):
        shutil.copy(each, folder)
    done = folder / "installed"
    if not done.exists():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        if any(word in installed.stderr for word in UNREACHED):
            pytest.skip("the npm registry is not reached: what JavaScript makes of our events was NOT tried")
        assert installed.returncode == 0, installed.stderr
        done.touch()

    def run(cases: Any) -> Any:
        told = subprocess.run(
            [node, "conformance.mjs"], cwd=folder, input=json.dumps(cases), capture_output=True, text=True, timeout=60
        )
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    return run
