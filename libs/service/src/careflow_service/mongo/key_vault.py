"""What libmongocrypt asks of the key vault, the collection of data keys.

The driver's own answer to "which key is this" is a look-up by id or name at once, which no index serves everywhere (a
scan of all keys on some stores). Here a key's id follows from its owner, so every look-up is by `_id`. Invariant: key
material is handed to libmongocrypt and to nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection
from typing import Any, NoReturn
from uuid import UUID

import bson
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongocrypt.asynchronous.state_machine import AsyncMongoCryptCallback

from careflow_service.errors import KeyNotHeld
from careflow_service.mongo.generation import FIRST

_LOCAL = "local:"
_NUMBERED = (
    8  # the version of a UUID whose content is its maker's own (RFC 9562, 5.8); the first generation has version 5
)
_NUMBER_BYTES = 4
_AS_STORED: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)


class KeyNotThere(Exception):
    """A data key that is needed is not in the vault: never made, or destroyed."""


def key_id_of(owner: str, generation: int = FIRST) -> Binary:
    """The id of the owner's data key of a generation: the same in every process, so that two cannot make two."""
    digest = hashlib.sha256(f"careflow data key of {owner}".encode()).digest()[:16]
    if generation == FIRST:
        return Binary.from_uuid(UUID(bytes=digest, version=5))
    numbered = bytearray(generation.to_bytes(_NUMBER_BYTES, "big") + digest[_NUMBER_BYTES:])
    numbered[6] = _NUMBERED << 4 | numbered[6] & 0x0F
    numbered[8] = 0x80 | numbered[8] & 0x3F
    return Binary(bytes(numbered), 4)


def generation_of(key_id: bytes) -> int:
    """Of which generation the data key with that id is. It is told by the id, because libmongocrypt takes no key with a
    field of ours.
    """
    return int.from_bytes(key_id[:_NUMBER_BYTES], "big") if key_id[6] >> 4 == _NUMBERED else FIRST


def provider_of(master_key: str) -> str:
    """How libmongocrypt, and a data key wrapped with it, name the master key of that id."""
    return f"{_LOCAL}{master_key}"


def master_key_of(provider: str) -> str:
    """The id of the master key that is named so."""
    return provider.removeprefix(_LOCAL)


class KeyVault(AsyncMongoCryptCallback):  # type: ignore[misc]  # the library has no types
    """Fetches data keys. What was just made is handed out once without asking."""

    def __init__(self, keys: AsyncCollection[Any], wrapped_with: Collection[str]) -> None:
        """`wrapped_with` names the master keys that are held."""
        self._keys = keys.with_options(codec_options=_AS_STORED)
        self._wrapped_with = wrapped_with
        self._made: dict[Binary, bytes] = {}

    def made(self, key_id: Binary, key: bytes) -> None:
        """A key that was just stored is going to be asked for."""
        self._made[key_id] = key

    async def fetch_keys(self, filter: bytes) -> AsyncIterator[bytes]:  # noqa: A002 - the library's own word
        """See the library. Raises KeyNotThere or KeyNotHeld."""
        by_id, _ = bson.decode(filter)["$or"]
        ids = {Binary(each, 4) for each in by_id["_id"]["$in"]}
        for key_id in ids & self._made.keys():
            ids.discard(key_id)
            yield self._made.pop(key_id)
        async for key in self._found(ids):
            ids.discard(Binary(key["_id"], 4))
            yield bytes(key.raw)
        if ids:
            raise KeyNotThere

    async def insert_data_key(self, data_key: bytes) -> bytes:
        """See the library; whoever asked for the key inserts it, under an id of their own."""
        return data_key

    def bson_encode(self, doc: Any) -> bytes:
        """See the library."""
        return bson.encode(doc)

    async def kms_request(self, kms_context: Any) -> NoReturn:
        """See the library; the master key is local."""
        raise NotImplementedError("data keys are wrapped with a local master key only")

    async def collection_info(self, database: str, filter: bytes) -> NoReturn:  # noqa: A002 - the library's own
        """See the library; nothing is encrypted automatically."""
        raise NotImplementedError("nothing is encrypted automatically")

    async def mark_command(self, database: str, cmd: bytes) -> NoReturn:
        """See the library; nothing is encrypted automatically."""
        raise NotImplementedError("nothing is encrypted automatically")

    async def close(self) -> None:
        """Forgets what was just made."""
        self._made = {}

    async def _found(self, ids: Collection[Binary]) -> AsyncIterator[RawBSONDocument]:
        if ids:
            async for key in self._keys.find({"_id": {"$in": sorted(ids)}}):
                if key["masterKey"]["provider"] not in self._wrapped_with:
                    raise KeyNotHeld
                yield key


class KeysGiven(KeyVault):
    """A key vault of these keys, whatever is asked for."""

    def __init__(
        self, keys: AsyncCollection[Any], wrapped_with: Collection[str], given: Collection[RawBSONDocument]
    ) -> None:
        super().__init__(keys, wrapped_with)
        self._given = given

    async def fetch_keys(self, filter: bytes) -> AsyncIterator[bytes]:  # noqa: A002, ARG002 - the library's own word
        """See the library. Raises KeyNotHeld."""
        for key in self._given:
            if key["masterKey"]["provider"] not in self._wrapped_with:
                raise KeyNotHeld
            yield bytes(key.raw)
