"""Encryption of what identifies or describes a person, and look-up of it without reading it.

Each owner (a patient) has one data key in `_keys`, itself encrypted with the service's master key, and another one for
each kind of thing that is kept apart from the rest; destroying them makes everything encrypted for that owner
unreadable. All of them follow one another at once, as generations. Invariants: key material never leaves this module
and the key vault's, is never logged; a data key is made once per owner and generation, under an id that follows from
both, and never again after erasure: the marker in `_erased` is permanent.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, Self
from weakref import WeakValueDictionary

import bson
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.encryption_shared import Algorithm
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern
from pymongocrypt.asynchronous.explicit_encrypter import AsyncExplicitEncrypter
from pymongocrypt.asynchronous.state_machine import run_state_machine
from pymongocrypt.errors import MongoCryptError
from pymongocrypt.options import MongoCryptOptions

from careflow_service.clock import wall_clock
from careflow_service.errors import BodyBroken, OwnerErased
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.generation import FIRST, Generation
from careflow_service.mongo.key_lines import Key, KeyLine
from careflow_service.mongo.key_vault import KeyNotThere, KeysGiven, KeyVault, generation_of, key_id_of, provider_of

KEYS: Final = "_keys"
ERASED: Final = "_erased"
KEY_LIFETIME_MS: Final = 60_000
"""How long an unwrapped data key may stay in memory: bounds the cache, and how long another process can still read
what belongs to an erased owner."""

MADE_REMEMBERED: Final = 1_000
"""Of how many owners a process remembers that it made their key."""

_AS_READ: Final[CodecOptions[Document]] = CodecOptions(tz_aware=True)
_MAJORITY: Final = WriteConcern("majority", j=True)


class Apart(StrEnum):
    """What of an owner has a key of its own, so that the rest may be opened without it."""

    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"


class BlindIndex:
    """Finds an encrypted value again by a keyed hash of it: equal values of one purpose have equal hashes.

    While one key follows another, both stand in the line, and whatever is written is written under both: so whoever
    knows the older one alone, or the new one alone, finds it, and meets it where it has to be unique.
    """

    def __init__(self, line: KeyLine) -> None:
        self.line = line
        self.holders: list[Hashed] = []

    def of(self, purpose: str, normalised: str) -> str:
        """The hash of `normalised` for `purpose` ("patient.email") with the current key; the caller has normalised the
        value. Raises KeyNotHeld.
        """
        return _hash(self.line.current, purpose, normalised)

    def every(self, purpose: str, normalised: str) -> list[str]:
        """The hashes with each key of the line, the current one last. Raises KeyNotHeld."""
        return [_hash(key, purpose, normalised) for key in self.line.every]

    def counting(self, purpose: str, normalised: str) -> list[str]:
        """The hashes with each key that counts, for what was said to somebody and comes back."""
        return [_hash(key, purpose, normalised) for key in self.line.counting]

    def holds(self, holder: Hashed) -> None:
        """Notes where such hashes are stored, so that they are hashed anew when the line changes."""
        self.holders.append(holder)


class Encrypted(Protocol):
    """Documents whose bodies are encrypted with data keys. What is left to do is seen in them and remembered
    nowhere.
    """

    @property
    def name(self) -> str:
        """Of the collection."""

    def belonging_to(self, owner: str) -> Mapping[str, object]:
        """How the documents of an owner are found, whatever is in them."""

    async def encrypt_anew(self, behind: str | None, limit: int) -> tuple[int, str | None]:
        """Looks at up to `limit` documents in the order of their ids, behind that one, and encrypts those anew whose
        key is of an older generation. How many those were, and the last it looked at; None: there are no more. What
        somebody else writes meanwhile stays theirs. Raises KeyNotHeld or BodyBroken.
        """


class Hashed(Protocol):
    """Documents that are found by such hashes. What is left to do is seen in them and remembered nowhere."""

    @property
    def name(self) -> str:
        """Of the collection."""

    @property
    def fields(self) -> frozenset[str]:
        """That are hashed; no index may name two of them."""

    async def left(self, mark: str) -> int:
        """How many are not found by exactly the keys of that mark (see `KeyLine.mark`)."""

    async def hash_anew(self, mark: str, behind: str | None, limit: int) -> tuple[int, str | None]:
        """Hashes up to `limit` of those anew with the keys of the line, whose mark it is, in the order of their ids,
        behind that one. How many it looked at, and the last of them; None: there are no more. What somebody else writes
        meanwhile stays theirs. Raises KeyNotHeld or BodyBroken.
        """


def _hash(key: Key, purpose: str, normalised: str) -> str:
    message = len(purpose).to_bytes(2, "big") + purpose.encode() + normalised.encode()
    return hmac.new(key.material, message, hashlib.sha256).hexdigest()


class Vault:
    """Encrypts and decrypts bytes for an owner. `blind_index` is for what must be found again."""

    def __init__(self, database: Database, master: KeyLine, blind_index: BlindIndex, generation: Generation) -> None:
        self.blind_index = blind_index
        self.holders: list[Encrypted] = []
        """The collections with what is encrypted here."""
        self._master = master
        self._generation = generation
        self._first: WeakValueDictionary[Binary, asyncio.Lock] = WeakValueDictionary()
        self._made: OrderedDict[Binary, None] = OrderedDict()
        self._database = database
        self._keys = database.get_collection(KEYS, write_concern=_MAJORITY)
        self._erased = database.get_collection(ERASED, write_concern=_MAJORITY)
        self._open()

    def _open(self) -> None:
        self._held = self._master.held
        self._key_vault = KeyVault(self._keys, wrapped_with=_providers(self._held))
        self._encrypter: Any = AsyncExplicitEncrypter(self._key_vault, _options(self._held))

    def _follow(self) -> None:
        """Works with the master keys that are held now."""
        if self._held is not self._master.held:
            self._open()

    async def encrypt(self, owner: str, plaintext: bytes, *, first: bool = False, apart: Apart | None = None) -> Binary:
        """`plaintext` under the owner's key, or the one for what is kept `apart`, which is made when there is none.
        `first`: nothing was ever written for this owner, so that it is made without looking. Raises OwnerErased.
        """
        key = _DataKey.of(owner, apart, self._generation.number)
        if first and (encrypted := await self._encrypt_first(key, plaintext)) is not None:
            return encrypted
        try:
            return await self._encrypt_with(key.id, plaintext)
        except KeyNotThere:
            await self._make(key)
        return await self._encrypt_with(key.id, plaintext)

    async def _encrypt_first(self, key: _DataKey, plaintext: bytes) -> Binary | None:
        """One after another for a key, so that several first documents make one between them; None where it was
        destroyed meanwhile.
        """
        async with self._first.setdefault(key.id, asyncio.Lock()):
            if key.id not in self._made:
                await self._make(key)
                self._made[key.id] = None
                if len(self._made) > MADE_REMEMBERED:
                    self._made.popitem(last=False)
            with suppress(KeyNotThere):
                return await self._encrypt_with(key.id, plaintext)
            return None

    async def decrypt(self, ciphertext: bytes) -> bytes:
        """What `encrypt` was given. Raises OwnerErased when its key was destroyed, BodyBroken when it was changed,
        KeyNotHeld.
        """
        (opened,) = await self.decrypt_several([ciphertext])
        return opened

    async def decrypt_several(self, ciphertexts: Sequence[bytes]) -> list[bytes]:
        """As `decrypt`, of whomever they are: what is not in memory of their keys is fetched at once, and all of them
        are opened in one call. Raises as `decrypt` does, if only one does not open.
        """
        if not ciphertexts:
            return []
        self._follow()
        sealed = bson.encode({str(place): Binary(each, 6) for place, each in enumerate(ciphertexts)})
        try:
            with self._encrypter.mongocrypt.decryption_context(sealed) as context:
                opened = bson.decode(await run_state_machine(context, self._key_vault)).values()
        except KeyNotThere:
            raise OwnerErased from None
        except MongoCryptError:
            raise BodyBroken("an encrypted body does not open with its key") from None
        if any(isinstance(each, Binary) for each in opened):  # libmongocrypt leaves what is none of its ciphertexts
            raise BodyBroken("an encrypted body is none")
        return list(opened)

    async def erase(self, owner: str) -> None:
        """Destroys the owner's keys for good. Idempotent; other processes forget them within a minute."""
        await self._generation.look()  # of a later one that began meanwhile there may be keys, too
        for key in self._key_ids(owner):
            self._made.pop(key, None)
        await self._erased.update_one({"_id": owner}, {"$setOnInsert": {"at": wall_clock()}}, upsert=True)
        await self._destroy_keys(owner)
        self._open()  # the old one, with the key in its memory, is freed with its last call in flight

    async def erased(self, owner: str) -> bool:
        """Whether the owner's keys were destroyed."""
        return await self._erased.find_one({"_id": owner}, {"_id": 1}) is not None

    def holds(self, holder: Encrypted) -> None:
        """Notes a collection with what is encrypted here."""
        self.holders.append(holder)

    async def forget(self, owner: str) -> None:
        """Removes every document of the owner that is encrypted here, with all that was looked up by. Idempotent."""
        for holder in self.holders:
            documents = self._database.get_collection(holder.name, write_concern=_MAJORITY)
            await documents.delete_many(holder.belonging_to(owner))

    def older(self, ciphertext: Binary) -> bool:
        """Whether its key is of another generation than the one everything new is written with."""
        return generation_of(key_id_in(ciphertext)) != self._generation.number

    async def wrapped_anew(self, keys: Sequence[RawBSONDocument]) -> list[Document]:
        """These data keys, as they are stored, wrapped with the current master key; nothing is written. Raises
        KeyNotHeld.
        """
        held = self._master.held
        encrypter = AsyncExplicitEncrypter(KeysGiven(self._keys, _providers(held), keys), _options(held))
        try:
            provider = provider_of(self._master.current.id)
            wrapped = await encrypter.rewrap_many_data_key({}, provider)
        finally:
            encrypter.close()
        return [dict(each) for each in bson.decode(wrapped, _AS_READ)["v"]]

    async def close(self) -> None:
        """Wipes the keys held in memory."""
        self._encrypter.close()
        await self._key_vault.close()

    async def _encrypt_with(self, key: Binary, plaintext: bytes) -> Binary:
        self._follow()
        value = bson.encode({"v": Binary(plaintext)})
        algorithm = Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Random
        encrypted = await self._encrypter.encrypt(value, algorithm, key_id=bytes(key))
        ciphertext: Binary = bson.decode(encrypted)["v"]
        return ciphertext

    async def _make(self, key: _DataKey) -> None:
        """Safe against a twin (the id follows from the name and the generation, so one of them wins) and against an
        erasure at the same moment: the marker is looked for after the key is there, and an erasure marks before it
        deletes.
        """
        self._follow()
        provider = provider_of(self._master.current.id)
        made = bson.decode(await self._encrypter.create_data_key(provider, key_alt_names=[key.name]))
        stored = {**made, "_id": key.id}
        try:
            await self._keys.insert_one(stored)
        except DuplicateKeyError:  # allow duplicate-key: outside of any transaction
            return
        if await self._erased.find_one({"_id": key.owner}) is not None:
            await self._destroy_keys(key.owner)
            raise OwnerErased
        self._key_vault.made(key.id, bson.encode(stored))

    async def _destroy_keys(self, owner: str) -> None:
        await self._keys.delete_many({"_id": {"$in": self._key_ids(owner)}})

    def _key_ids(self, owner: str) -> list[Binary]:
        """Of every key the owner may have: also of a generation that begins at this moment."""
        generations = range(FIRST, self._generation.number + 2)
        return [_DataKey.of(owner, apart, each).id for apart in (None, *Apart) for each in generations]


@dataclass(frozen=True, slots=True)
class _DataKey:
    """Which of the data keys: whose, of what, and of which generation. Of it follows the `id`."""

    id: Binary
    owner: str
    name: str

    @classmethod
    def of(cls, owner: str, apart: Apart | None, generation: int) -> Self:
        name = owner if apart is None else f"{owner}/{apart.value}"
        return cls(key_id_of(name, generation), owner, name)


def _providers(held: Mapping[str, Key]) -> frozenset[str]:
    return frozenset(map(provider_of, held))


def _options(held: Mapping[str, Key]) -> MongoCryptOptions:
    masters = {provider_of(key.id): {"key": key.material} for key in held.values()}
    return MongoCryptOptions(masters, bypass_encryption=True, key_expiration_ms=KEY_LIFETIME_MS)


def key_id_in(ciphertext: Binary) -> Binary:
    """The data key's id inside a ciphertext: the 16 bytes after the first (client-side encryption specification)."""
    return Binary(ciphertext[1:17], 4)
