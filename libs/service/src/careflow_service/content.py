"""What a service decides by and the clinic may bring of its own: policies, prices, visit templates, questionnaires.

Invariant: an entry of the clinic's own takes the place of the shipped one whole; what the service does not know, or
cannot read, keeps it from starting, so that a mistyped name is never passed over in silence.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from careflow_domain.errors import DomainError
from careflow_service.settings import SettingsError


class Unusable(Exception):
    """A setting, or a document of the clinic's own, cannot be used; the message is one line that shows no value."""


@contextmanager
def usable() -> Iterator[None]:
    """What is read within can be used. Raises Unusable."""
    try:
        yield
    except SettingsError as error:
        raise Unusable(str(error)) from None
    except DomainError as error:
        raise Unusable(f"{error.code}: {error.detail}") from None
    except OSError as error:
        raise Unusable(f"{error.filename} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise Unusable(f"{error.title}: {where}: {first['msg']}") from None


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
