"""Documents with encrypted bodies, encrypted anew when a generation of data keys has followed another.

Invariant: nothing but the ciphertext changes, and only in the version that was read, so that whoever writes the
document meanwhile, and encrypts it by themselves, is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Generic

from bson.binary import Binary
from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.errors import OwnerErased
from careflow_service.mongo.bodies import A
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.looked import Looked
from careflow_service.mongo.vault import Apart, Vault


class EncryptedDocuments(Generic[A]):
    """See `careflow_service.mongo.vault.Encrypted`."""

    def __init__(
        self,
        database: Database,
        looked: Looked[A],
        vault: Vault,
        *,
        name: str,
        owner: Callable[[A], str],
        apart: Apart | None,
        belonging_to: Callable[[str], Mapping[str, object]],
    ) -> None:
        self.name = name
        self.belonging_to = belonging_to
        self._collection = database.get_collection(
            name, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._looked = looked
        self._vault = vault
        self._owner = owner
        self._apart = apart

    async def encrypt_anew(self, behind: str | None, limit: int) -> tuple[int, str | None]:
        """See `Encrypted`."""
        query: dict[str, Any] = {"_id": {"$gt": behind}} if behind else {}
        found = await self._collection.find(query, sort=[("_id", 1)], limit=limit).to_list()
        left = [document for document in found if self._is_left(document["body"])]
        there = await self._looked.all_there(left)
        updates = [update for each in there if (update := await self._encrypted(*each)) is not None]
        if updates:
            await self._collection.bulk_write(updates, ordered=False)
        return len(updates), found[-1]["_id"] if found else None

    async def _encrypted(self, document: Document, aggregate: A) -> UpdateOne | None:
        """None where its owner is erased: it is deleted with what else was theirs."""
        with suppress(OwnerErased):
            owner = self._owner(aggregate)
            body = await self._vault.encrypt(owner, await self._vault.decrypt(document["body"]), apart=self._apart)
            return UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": {"body": body}})
        return None

    def _is_left(self, body: object) -> bool:
        """Also what is not encrypted, which it has to be: whoever loads it says so."""
        return not isinstance(body, Binary) or self._vault.older(body)
