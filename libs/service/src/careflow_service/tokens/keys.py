"""The public keys of the issuer: where they are read, and how long what was read counts.

Invariant: keys come from the one configured place, never from where a token or that place points to.
"""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from careflow_service.telemetry.logs import log
from careflow_service.tokens.provider import Provider, away

LOOK_AGAIN_SECONDS: Final = 30.0
"""How often at most the key set is read again: for a token that names an unknown key, and after a reading that failed.
"""
REFRESH_SECONDS: Final = 600.0
"""How old a key set may grow, so that a withdrawn key stops counting, and every token it signed."""
GOOD_FOR_SECONDS: Final = 3_600.0
"""How old a key set may grow while the issuer cannot be asked; then nobody is let in any more."""
LARGEST_KEY_SET: Final = 256 * 1024


class KeySource(Protocol):
    """Where the issuer's public keys come from."""

    async def read(self) -> KeySet:
        """The keys as published now; raises OSError, ValueError or JoseError."""


class KeyFile:
    """A JWKS file, replaced when keys rotate."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> KeySet:
        return _key_set(await asyncio.to_thread(self._path.read_bytes))


class KeyAddress:
    """The JWKS an OpenID Connect provider publishes; over https except in development."""

    def __init__(self, url: str, provider: Provider) -> None:
        provider.check("CAREFLOW_TOKEN_JWKS_URL", url)
        self._url = url
        self._provider = provider

    async def read(self) -> KeySet:
        return _key_set(await self._provider.ask(self._url, at_most=LARGEST_KEY_SET))


def _key_set(content: bytes) -> KeySet:
    """The keys in a published set that a token may be signed with. What we cannot use (another kind of key, an unknown
    curve, one for encryption, a shared secret) is left out and keeps nothing else from being used. Raises ValueError
    for what is no key set.
    """
    match json.loads(content):
        case {"keys": [*listed]}:
            return KeySet([key for each in listed if (key := _usable(each)) is not None])
        case _:
            raise ValueError("not a key set")


def _usable(published: object) -> Key | None:
    if not isinstance(published, dict) or published.get("kty") == "oct" or published.get("use", "sig") != "sig":
        return None
    try:
        return import_key(published)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


class RotatingKeys:
    """The issuer's keys, read again when a token names one that is not there, and from time to time.

    While they cannot be read the last ones stay good, but not for long, so that whoever keeps us from reading them
    does not keep a withdrawn key alive.
    """

    def __init__(self, source: KeySource, *, now: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._now = now
        self._keys = KeySet([])
        self._read_at = self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def current(self) -> KeySet:
        """The keys, the same object for as long as they are the same. Raises `unavailable` when there are none, or
        none that still count.
        """
        now = self._now()
        if not self._keys or (now - self._read_at > REFRESH_SECONDS and now - self._tried_at >= LOOK_AGAIN_SECONDS):
            await self._read()
        if not self._keys or self._now() - self._read_at > GOOD_FOR_SECONDS:
            raise away()
        return self._keys

    async def again(self) -> KeySet | None:
        """The keys read anew, or None when that was tried only a moment ago."""
        if self._now() - self._tried_at < LOOK_AGAIN_SECONDS:
            return None
        await self._read()
        return self._keys

    async def _read(self) -> None:
        asked_at = self._now()
        async with self._reading:
            if self._read_at >= asked_at:
                return
            self._tried_at = self._now()
            try:
                keys = await self._source.read()
            except (OSError, ValueError, JoseError) as error:
                log.warning("token_keys_unreadable", error_class=type(error).__name__)
                return
            self._read_at = self._now()
            if keys.as_dict() != self._keys.as_dict():
                self._keys = keys
