"""Encryption of what identifies or describes a person, and look-up of it without reading it.

Each owner (a patient) has one data key in `_keys`, itself encrypted with the service's master key; destroying it makes
everything encrypted for that owner unreadable. Invariants: key material never leaves this module, is never logged;
a data key is made once per owner, and never again after erasure: the marker in `_erased` is permanent.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import IndexModel
from pymongo.asynchronous.encryption import AsyncClientEncryption
from pymongo.encryption_shared import Algorithm
from pymongo.errors import DuplicateKeyError, EncryptionError, PyMongoError
from pymongo.write_concern import WriteConcern

from careflow_service.clock import wall_clock
from careflow_service.errors import BodyBroken, OwnerErased
from careflow_service.mongo.client import Client, Database, Document
from careflow_service.mongo.key_proofs import KeyWrong
from careflow_service.mongo.unbound import outside_transaction

KEYS: Final = "_keys"
ERASED: Final = "_erased"
ONE_KEY_PER_OWNER: Final = IndexModel(
    "keyAltNames",
    name="one_key_per_owner",
    unique=True,
    partialFilterExpression={"keyAltNames": {"$exists": True}},
)
CHECK_OWNER: Final = "careflow:master-key-check"
KEY_LIFETIME_MS: Final = 60_000
"""How long an unwrapped data key may stay in memory: bounds the cache, and how long another process can still read
what belongs to an erased owner."""


class Vault:
    """Encrypts and decrypts bytes for an owner. Works inside a transaction without joining it."""

    def __init__(self, client: Client, database: Database, master_key: bytes) -> None:
        self._client = client
        self._master_key = master_key
        self._keys = database[KEYS]
        self._erased = database.get_collection(ERASED, write_concern=WriteConcern("majority", j=True))
        self._encryption = self._open()

    def _open(self) -> AsyncClientEncryption[Document]:
        return AsyncClientEncryption(
            {"local": {"key": self._master_key}},
            self._keys.full_name,
            self._client,
            CodecOptions(uuid_representation=UuidRepresentation.STANDARD),
            key_expiration_ms=KEY_LIFETIME_MS,
        )

    async def check(self) -> None:
        """For start-up: proves that the master key is the one this database was written with. Raises KeyWrong.

        It may make the first data key of a new database, before any job has run, so it sees to their index itself.
        """
        await self._keys.create_indexes([ONE_KEY_PER_OWNER])
        try:
            await self.encrypt(CHECK_OWNER, b"")
        except EncryptionError as error:
            if isinstance(error.cause, PyMongoError):
                raise error.cause from None
            raise KeyWrong("CAREFLOW_MASTER_KEY does not open the data keys of this database") from None

    async def encrypt(self, owner: str, plaintext: bytes) -> Binary:
        """`plaintext` under the owner's key, which is made when it is the first time. Raises OwnerErased."""
        return await outside_transaction(lambda: self._encrypt(owner, plaintext))

    async def decrypt(self, ciphertext: bytes) -> bytes:
        """What `encrypt` was given. Raises OwnerErased when its key was destroyed, BodyBroken when it was changed."""
        return await outside_transaction(lambda: self._decrypt(Binary(ciphertext, 6)))

    async def erase(self, owner: str) -> None:
        """Destroys the owner's key for good. Idempotent; other processes forget the key within a minute."""
        await outside_transaction(lambda: self._erase(owner))

    async def close(self) -> None:
        """Wipes the keys held in memory; the client stays open."""
        await self._encryption.close()

    async def _encrypt(self, owner: str, plaintext: bytes) -> Binary:
        try:
            return await self._encrypt_with(owner, plaintext)
        except EncryptionError:
            if await self._keys.find_one({"keyAltNames": owner}, {"_id": 1}) is None:
                await self._make_key(owner)
        return await self._encrypt_with(owner, plaintext)  # a twin may have made the key meanwhile

    async def _encrypt_with(self, owner: str, plaintext: bytes) -> Binary:
        return await self._encryption.encrypt(
            plaintext, Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Random, key_alt_name=owner
        )

    async def _decrypt(self, ciphertext: Binary) -> bytes:
        try:
            plaintext = await self._encryption.decrypt(ciphertext)
        except EncryptionError as error:
            if isinstance(error.cause, PyMongoError):
                raise error.cause from None
            if await self._keys.find_one({"_id": _key_id(ciphertext)}, {"_id": 1}) is None:
                raise OwnerErased from None
            raise BodyBroken("an encrypted body does not open with its key") from None
        return bytes(plaintext)

    async def _make_key(self, owner: str) -> None:
        """Safe against a twin (the unique alternative name lets one win) and against an erasure at the same moment:
        the marker is looked for again after the key is there, and an erasure marks before it deletes."""
        await self._refuse_erased(owner)
        try:
            await self._encryption.create_data_key("local", key_alt_names=[owner])
        except EncryptionError as error:
            if not isinstance(error.cause, DuplicateKeyError):
                raise
        try:
            await self._refuse_erased(owner)
        except OwnerErased:
            await self._destroy_key(owner)
            raise

    async def _refuse_erased(self, owner: str) -> None:
        if await self._erased.find_one({"_id": owner}) is not None:
            raise OwnerErased

    async def _erase(self, owner: str) -> None:
        await self._erased.update_one({"_id": owner}, {"$setOnInsert": {"at": wall_clock()}}, upsert=True)
        await self._destroy_key(owner)
        self._encryption = (
            self._open()
        )  # the old one, with the key in its memory, is freed with its last call in flight

    async def _destroy_key(self, owner: str) -> None:
        majority = self._keys.with_options(write_concern=WriteConcern("majority", j=True))
        await majority.delete_one({"keyAltNames": owner})


def _key_id(ciphertext: Binary) -> Binary:
    """The data key's id inside a ciphertext: the 16 bytes after the first (client-side encryption specification)."""
    return Binary(ciphertext[1:17], 4)


class BlindIndex:
    """Finds an encrypted value again by a keyed hash of it: equal values of one purpose have equal hashes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, purpose: str, normalised: str) -> str:
        """The hash of `normalised` for `purpose` ("patient.email"); the caller has normalised the value."""
        message = len(purpose).to_bytes(2, "big") + purpose.encode() + normalised.encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
