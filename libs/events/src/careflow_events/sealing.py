"""Sealed sections on the wire: JWE General JSON (RFC 7516), ECDH-ES+A256KW per recipient, A256GCM for the content.

The additional authenticated data is `id|type|subject|field`, so a section moved to another event or field does not
open. The plaintext is JSON padded with spaces to a multiple of 256 bytes, so its length says little and any JSON
parser reads it. A key's `kid` is `<consumer>-<n>`; during a rotation a section is sealed to every public key of a
consumer, and any one of the private keys opens it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self, cast

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_ALGORITHMS: Final = ["ECDH-ES+A256KW", "A256GCM"]
_PROTECTED: Final = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
_STEP: Final = 256

LARGEST_SECTION: Final = 192 * _STEP
"""Bytes of plaintext in one section: its base64url is 64 KiB, the most that JOSE libraries open by default."""


class RecipientUnknown(Exception):
    """A section is addressed to a consumer without a public key here: a deployment fault."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"no public key for {consumer}")
        self.consumer = consumer


class SectionTooLarge(Exception):
    """A section that common JOSE libraries would refuse to open: the command that says it fails."""

    code = "section_too_large"

    def __init__(self, size: int) -> None:
        super().__init__(f"a sealed section of {size} bytes, at most {LARGEST_SECTION} can be opened everywhere")


class KeyMissing(Exception):
    """A section is addressed to this consumer, under a key it does not hold: a rotation that has not arrived. The
    event waits in its stream and is tried again by whoever starts with other keys.
    """

    code = "sealing_key_missing"

    def __init__(self, consumer: str, held: Iterable[str]) -> None:
        super().__init__(
            f"a section is sealed to a key of {consumer} that is not among those it holds"
            f" ({', '.join(held) or 'none'}): start with that key"
        )


class SectionBroken(Exception):
    """A section addressed to this consumer does not open: tampered with, moved from another event, or not a section
    at all (poison).
    """

    code = "section_broken"


def consumer_of(kid: str) -> str:
    """The consumer a key belongs to: `sessions-2` is the second key of `sessions`."""
    return kid.rpartition("-")[0]


class Sealer:
    """Seals sections to the public keys of their consumers."""

    def __init__(self, public_keys: Mapping[str, Any]) -> None:
        """`public_keys` is a JWKS with the public keys of all consumers. Raises ValueError for a key that cannot be
        sealed to.
        """
        self._by_consumer: Mapping[str, list[ECKey]] = {}
        self.take(public_keys)

    def take(self, public_keys: Mapping[str, Any]) -> None:
        """Seals to these keys from now on. Raises ValueError, and goes on with those before."""
        by_consumer: dict[str, list[ECKey]] = {}
        for kid, key in _keys(public_keys).items():
            by_consumer.setdefault(consumer_of(kid), []).append(key)
        self._by_consumer = by_consumer

    def kids(self) -> list[str]:
        """The keys it seals to."""
        return sorted(str(key.kid) for keys in self._by_consumer.values() for key in keys)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the JWKS mounted into producers."""
        return cls(orjson.loads(path.read_bytes()))

    def confirm(self, consumers: Iterable[str]) -> None:
        """Raises RecipientUnknown unless every one of these consumers can be sealed to: a check for start-up."""
        for consumer in consumers:
            if consumer not in self._by_consumer:
                raise RecipientUnknown(consumer)

    def seal(self, plaintext: bytes, consumers: Iterable[str], aad: str) -> dict[str, Any]:
        """Seal a JSON text to these consumers. Raises RecipientUnknown or SectionTooLarge."""
        if len(plaintext) > LARGEST_SECTION:
            raise SectionTooLarge(len(plaintext))
        named = tuple(consumers)
        self.confirm(named)
        section = jwe.GeneralJSONEncryption(dict(_PROTECTED), _padded(plaintext), aad=aad.encode())
        for consumer in named:
            for key in self._by_consumer[consumer]:
                section.add_recipient(None, key)
        return dict(jwe.encrypt_json(section, None, algorithms=_ALGORITHMS))


class KeyRing:
    """Opens what is sealed to one consumer."""

    def __init__(self, consumer: str, private_keys: Mapping[str, Any]) -> None:
        """`private_keys` is a JWKS with this consumer's private keys. Raises ValueError for a key of another
        consumer.
        """
        self.consumer = consumer
        self._keys: Mapping[str, ECKey] = {}
        self.take(private_keys)

    def take(self, private_keys: Mapping[str, Any]) -> None:
        """Opens with these keys from now on. Raises ValueError, and goes on with those before."""
        keys = _keys(private_keys)
        if any(consumer_of(kid) != self.consumer for kid in keys):
            raise ValueError(f"a key ring of {self.consumer} holds keys of {self.consumer} only")
        if not all(key.is_private for key in keys.values()):
            raise ValueError("a key ring holds private keys")
        self._keys = keys

    def kids(self) -> list[str]:
        """The keys it opens with."""
        return sorted(self._keys)

    @classmethod
    def from_file(cls, consumer: str, path: Path) -> Self:
        """Read the JWKS mounted into this consumer alone."""
        return cls(consumer, orjson.loads(path.read_bytes()))

    def open(self, section: object, aad: str) -> bytes | None:
        """The plaintext, or None when the section is not addressed to this consumer. Raises KeyMissing or
        SectionBroken.
        """
        if not isinstance(section, dict):
            raise SectionBroken
        own = [entry for entry in _entries(section) if consumer_of(_kid(entry)) == self.consumer]
        if not own:
            return None
        openable = [entry for entry in own if _kid(entry) in self._keys]
        if not openable:
            raise KeyMissing(self.consumer, self.kids())
        return self._decrypted(section, openable[0], aad)

    def _decrypted(self, section: Mapping[str, Any], entry: Mapping[str, Any], aad: str) -> bytes:
        """joserfc refuses a section unless it can open every recipient entry, so all but our own are dropped first."""
        single = {
            **{part: section.get(part) for part in ("protected", "iv", "ciphertext", "tag")},
            "aad": _base64url(aad),
            "recipients": [entry],
        }
        try:
            opened = jwe.decrypt_json(
                cast(jwe.GeneralJSONSerialization, single), self._keys[_kid(entry)], algorithms=_ALGORITHMS
            )
        except (JoseError, ValueError, TypeError, KeyError, AssertionError):
            raise SectionBroken from None
        if opened.plaintext is None:
            raise SectionBroken
        return opened.plaintext


def _keys(jwks: Mapping[str, Any]) -> dict[str, ECKey]:
    keys: dict[str, ECKey] = {}
    for parameters in jwks["keys"]:
        try:
            key = ECKey.import_key(parameters)
        except JoseError as error:
            raise ValueError(f"not a sealing key: {error.error}") from None
        if key.kid is None or not consumer_of(key.kid):
            raise ValueError("the kid of a sealing key is <consumer>-<n>")
        keys[key.kid] = key
    return keys


def _padded(plaintext: bytes) -> bytes:
    return plaintext.ljust(-(-len(plaintext) // _STEP) * _STEP)


def _entries(section: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = section.get("recipients")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SectionBroken
    return entries


def _kid(entry: Mapping[str, Any]) -> str:
    header = entry.get("header")
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else ""


def _base64url(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
