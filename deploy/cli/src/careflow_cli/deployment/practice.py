"""Who the clinic is on paper: asked of billing, which reads it, before anything starts.

Invariant: the words are billing's own, those it would not start with.
"""

import importlib.util
import subprocess
import sys
from functools import lru_cache

READER = "billing.practice"
REFUSED = 3
"""What billing ends with where it would not start."""
PATIENCE = 60  # seconds


def can_be_asked() -> bool:
    """Whether billing is installed beside this command, as it is in a checkout."""
    return importlib.util.find_spec(READER.partition(".")[0]) is not None


@lru_cache(maxsize=8)
def fault(content: bytes) -> str | None:
    """Why billing would not start with a practice file of that content, in one line; None where it would."""
    asked = subprocess.run(
        [sys.executable, "-m", READER], input=content, capture_output=True, timeout=PATIENCE, check=False
    )
    if asked.returncode not in (0, REFUSED):
        return "billing could not read it"
    return asked.stderr.decode().strip() if asked.returncode else None
