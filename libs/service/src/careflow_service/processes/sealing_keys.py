"""The files of sealing keys, read again while a process works: a new key is taken up without a restart."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from careflow_events.sealing import KeyRing, RecipientUnknown, Sealer
from careflow_service.kms import KmsFailure
from careflow_service.kms.files import Read
from careflow_service.telemetry.logs import log

SEALS_TO: Final = "seals to "
OPENS: Final = "opens "
"""How a process says which sealing keys it holds, before the id of each: see `key_watch.Holder`."""


def followed_public(file: Path, sealer: Sealer, needed: Iterable[str]) -> Callable[[], list[str]]:
    """Has `sealer` seal to the keys that stand in the file now; `needed` are the consumers that must be among them."""
    recipients = tuple(needed)

    def take(keys: Mapping[str, Any]) -> None:
        Sealer(keys).confirm(recipients)
        sealer.take(keys)

    return _Followed(file, take, lambda: [SEALS_TO + kid for kid in sealer.kids()])


def followed_private(file: Path, keyring: KeyRing) -> Callable[[], list[str]]:
    """Has `keyring` open with the keys that stand in the file now."""
    return _Followed(file, keyring.take, lambda: [OPENS + kid for kid in keyring.kids()])


class _Followed:
    """What cannot be read or used is logged, and what was held before goes on."""

    def __init__(self, file: Path, take: Callable[[Mapping[str, Any]], None], held: Callable[[], list[str]]) -> None:
        self._content = Read(file)
        self._take = take
        self._held = held
        self._taken: bytes | None = None

    def __call__(self) -> list[str]:
        """Takes up what has changed; which keys are held."""
        try:
            content = self._content()
            if content != self._taken:
                self._take(orjson.loads(content))
                self._taken = content
        except (OSError, ValueError, KeyError, TypeError, RecipientUnknown, KmsFailure) as error:
            log.warning("sealing_keys_unreadable", exc_info=error)
        return self._held()
