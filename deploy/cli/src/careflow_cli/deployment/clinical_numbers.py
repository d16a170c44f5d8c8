"""What a clinic decides by: asked of the services that decide, before anything starts.

Invariant: the words and the numbers are those of the services themselves.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from careflow_cli.errors import CareflowError

PRINTER: Final = "careflow_service.clinical_numbers"
SERVICES: Final = ("screening", "sessions")
"""The services that decide by clinical numbers."""
REFUSED: Final = 3
"""What it ends with where a service would not start."""
PATIENCE: Final = 60  # seconds


def can_be_asked() -> bool:
    """Whether the services are installed beside this command, as they are in a checkout."""
    return all(importlib.util.find_spec(each) for each in (PRINTER.partition(".")[0], *SERVICES))


def page(content: Path) -> str:
    """In Markdown, with what stands in `content`. Raises CareflowError."""
    if not content.is_dir():
        raise CareflowError(f"there is no folder {content}: careflow init makes it")
    if not can_be_asked():
        raise CareflowError("screening and sessions are not installed here: run this in a checkout")
    return _asked(*SERVICES, "--content", str(content))


def signature(service: str, content: Path) -> dict[str, str | None]:
    """Of what this service would decide by: `version` and `file`, and the day it was `signed_on` as it is now, or
    `signed_before` it was changed. Raises CareflowError.
    """
    told: dict[str, dict[str, str | None]] = json.loads(_asked(service, "--signatures", "--content", str(content)))
    return told[service]


def _asked(*arguments: str) -> str:
    asked = subprocess.run(
        [sys.executable, "-m", PRINTER, *arguments], capture_output=True, timeout=PATIENCE, check=False
    )
    if asked.returncode == REFUSED:
        raise CareflowError(asked.stderr.decode().strip())
    if asked.returncode:
        raise CareflowError("what it decides by could not be read")
    return asked.stdout.decode()
