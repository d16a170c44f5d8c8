"""What a service decides by and the clinic may bring of its own: policies, prices, visit templates, questionnaires.

Invariant: an entry of the clinic's own takes the place of the shipped one whole; what the service does not know, or
cannot read, keeps it from starting, so that a mistyped name is never passed over in silence.
"""

import os
from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

from careflow_service.settings import SettingsError


class Documents(Protocol):
    """A folder, shipped or put together, in which documents are found by their names."""

    def __truediv__(self, name: str, /) -> Traversable | Path: ...


class Content:
    """The shipped folder, with what stands in `own` in its place. Raises SettingsError, in one line."""

    def __init__(self, shipped: Traversable, entries: Iterable[str], own: Path | None) -> None:
        self._shipped = shipped
        self._own = own
        self._found = frozenset() if own is None else _found(own, frozenset(entries))

    def __truediv__(self, name: str, /) -> Traversable | Path:
        return self.own(name) or self._shipped / name

    def own(self, name: str) -> Path | None:
        """The clinic's own entry of that name; None where it brings none."""
        return self._own / name if self._own is not None and name in self._found else None


def _found(own: Path, known: frozenset[str]) -> frozenset[str]:
    try:
        found = {entry.name for entry in own.iterdir() if not entry.name.startswith(".")}
    except OSError as error:
        raise SettingsError(f"CAREFLOW_CONTENT_DIR cannot be read ({error.strerror})") from None
    if unknown := sorted(found - known):
        raise SettingsError(
            f"CAREFLOW_CONTENT_DIR holds {', '.join(unknown)}, which nobody here knows; "
            f"there may be: {', '.join(sorted(known))}"
        )
    if closed := sorted(name for name in found if not os.access(own / name, os.R_OK)):
        raise SettingsError(f"CAREFLOW_CONTENT_DIR: {', '.join(closed)} cannot be read")
    return frozenset(found)
