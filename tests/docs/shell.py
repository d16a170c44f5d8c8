"""Commands as the documents show them, run in the checkout."""

import os
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OF_THE_OUTER_MAKE: Final = ("ARGS", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS")
"""What `make test ARGS=…` hands down, which is not meant for the commands tried here."""


def run(command: str, *, seconds: float, **environment: str) -> subprocess.CompletedProcess[str]:
    """Raises subprocess.TimeoutExpired."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_OUTER_MAKE}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
    )
