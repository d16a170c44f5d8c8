"""The environment of the bundled provider, made once from `locks/identity.txt` by hash, as its image is."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from careflow_cli import checkout
from careflow_cli.bootstrap import machine_settings
from careflow_cli.cache import exclusive
from careflow_cli.cache.digests import sha256

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "locks" / "identity.txt"


def python() -> Path:
    """The interpreter that has the provider."""
    kept = checkout.cache() / f"identity-{sha256(LOCK)[:12]}-py{sys.version_info[0]}{sys.version_info[1]}"
    with exclusive():
        if not (kept / "bin" / "python").exists():
            with tempfile.TemporaryDirectory(dir=checkout.cache(), prefix="identity-") as fresh:
                made = Path(fresh) / "environment"
                _uv("venv", "--quiet", "--python", sys.executable, str(made))
                there = ("--python", str(made / "bin" / "python"))
                _uv("pip", "install", "--quiet", *there, "--require-hashes", "-r", str(LOCK))
                shutil.rmtree(kept, ignore_errors=True)
                made.rename(kept)
    return kept / "bin" / "python"


def _uv(*arguments: str) -> None:
    environ = {**os.environ, **machine_settings(Path(sys.executable))}
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
