"""Where things are: the checkout, its kept state and the user's cache.

Invariant: everything the local stack writes is below one of these folders or below a temporary folder that dies with
its owner.
"""

import os
import tempfile
from pathlib import Path

import platformdirs

from careflow_cli.errors import CareflowError


def root() -> Path:
    """The checkout this command belongs to (the packages are installed editable)."""
    found = Path(__file__).resolve().parents[4]
    if not (found / "deploy" / "kafka" / "topics.yaml").is_file():
        raise CareflowError(f"the local stack runs from a checkout of CareFlow, and {found} is none")
    return found


def state() -> Path:
    """The kept stack of this checkout: data, logs, secrets, records of its processes."""
    configured = os.environ.get("CAREFLOW_STATE_DIR")
    return Path(configured).resolve() if configured else root() / ".careflow"


def cache() -> Path:
    """What every checkout of this user shares and can be fetched again: Kafka's jars, the store's environment."""
    configured = os.environ.get("CAREFLOW_CACHE_DIR")
    return Path(configured).resolve() if configured else Path(platformdirs.user_cache_dir("careflow"))


TEMPORARY_PREFIX = "careflow-stack-"


def temporary() -> Path:
    """A new folder for a stack that leaves nothing behind."""
    return Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
