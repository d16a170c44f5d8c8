"""What the local stack needs and the workspace's packages do not bring: fetched once into the user's cache, then used
offline.

Invariant: nothing in the cache is trusted for being there: the jars are compared with the committed list, the store's
environment was installed by hash and appears under its name only when complete.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from careflow_cli import checkout
from careflow_cli.errors import CareflowError


@contextmanager
def exclusive() -> Iterator[None]:
    """One process at a time fills the cache; others wait and then find it filled."""
    folder = checkout.cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise CareflowError(
            f"the cache {folder} cannot be written ({error}); set CAREFLOW_CACHE_DIR to another"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
