"""Proofs that a database was written with the keys a process was given: `_key_proofs`, a keyed hash of a constant for
each key.

Invariant: the first process of a new database leaves the proofs, every later one must match them. A wrong key would
show nowhere else for long: patients would not be found again, and an untouched audit trail would look forged.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from pymongo.write_concern import WriteConcern

from careflow_service.mongo.client import Database

KEY_PROOFS: Final = "_key_proofs"


class KeyWrong(Exception):
    """A key is not the one this database was written with; the message names its setting and never shows it."""


async def prove_keys(database: Database, keys: Mapping[str, bytes]) -> None:
    """For start-up; `keys` by the name of their setting. Raises KeyWrong for the first that is another."""
    proofs = database.get_collection(KEY_PROOFS, write_concern=WriteConcern("majority", j=True))
    for setting, key in keys.items():
        proof = hmac.new(key, f"proof of {setting}".encode(), hashlib.sha256).hexdigest()
        await proofs.update_one({"_id": setting}, {"$setOnInsert": {"proof": proof}}, upsert=True)
        known = await proofs.find_one({"_id": setting})
        if known is None or not hmac.compare_digest(known["proof"], proof):
            raise KeyWrong(f"{setting} is not the key this database was written with")
