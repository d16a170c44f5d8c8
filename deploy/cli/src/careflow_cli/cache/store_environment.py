"""The MongoDB-protocol store's own environment, made from `locks/store.txt` by hash.

Invariant: it is a program of its own, never imported: CareFlow neither links nor ships it. Its folder is named by the
lock's content and is renamed into place when complete.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from careflow_cli import checkout
from careflow_cli.bootstrap import FAULTS, machine_settings
from careflow_cli.cache import exclusive
from careflow_cli.cache.digests import sha256
from careflow_cli.errors import CareflowError


def folder() -> Path:
    """The environment for this lock and this version of Python."""
    key = sha256(checkout.root() / "locks" / "store.txt")[:12]
    return checkout.cache() / f"store-{key}-py{sys.version_info[0]}{sys.version_info[1]}"


def python() -> Path:
    """Its interpreter. Raises CareflowError when it was not made yet."""
    found = folder() / "bin" / "python"
    if not found.exists():
        raise CareflowError("the store is not installed: run careflow infra prepare")
    return found


def prepare(say: Callable[[str], None]) -> None:
    """Make the environment unless it is there and its interpreter still exists."""
    if (folder() / "bin" / "python").exists():
        return
    with exclusive():
        if (folder() / "bin" / "python").exists():
            return
        with tempfile.TemporaryDirectory(dir=checkout.cache(), prefix="store-") as fresh:
            made = Path(fresh) / "environment"
            say("creating")
            uv("venv", "--quiet", "--python", sys.executable, str(made))
            say("installing")
            lock = checkout.root() / "locks" / "store.txt"
            uv(
                "pip",
                "install",
                "--quiet",
                "--compile-bytecode",  # or every start would compile it all
                "--python",
                str(made / "bin" / "python"),
                "--require-hashes",
                "-r",
                str(lock),
            )
            shutil.rmtree(folder(), ignore_errors=True)
            made.rename(folder())


def uv(*arguments: str) -> None:
    """Run this workspace's uv with this machine's settings; its failure becomes one sentence."""
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    environ = {**os.environ, **machine_settings(Path(sys.executable))}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = reason_of(done.stderr)
        raise CareflowError(f"the store could not be installed: {reason}")


def reason_of(said: str) -> str:
    """One sentence for what uv said."""
    known = next((meaning for pattern, meaning in FAULTS if re.search(pattern, said)), None)
    return known or (said.strip().splitlines() or ["no reason given"])[-1]
