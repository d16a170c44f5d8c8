"""The indexes of the library's own collections, and the job that makes all indexes of a service.

Invariant: making them again changes nothing, so the job may be run by several processes and again after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pymongo import IndexModel

from careflow_service.emergency.storing import EMERGENCY_INDEXES
from careflow_service.mongo.audit import AUDIT_INDEXES
from careflow_service.mongo.audit_seals import SEAL_INDEXES
from careflow_service.mongo.client import Database
from careflow_service.mongo.ended_logins import ENDED_LOGINS
from careflow_service.mongo.idempotency import IDEMPOTENCY
from careflow_service.mongo.key_watch import HOLDER_INDEXES
from careflow_service.mongo.limits import LIMITS
from careflow_service.webhooks.storing import WEBHOOK_INDEXES

INDEXES: Final[tuple[tuple[str, IndexModel], ...]] = (
    *AUDIT_INDEXES,
    *SEAL_INDEXES,
    *HOLDER_INDEXES,
    *WEBHOOK_INDEXES,
    *EMERGENCY_INDEXES,
    (LIMITS, IndexModel("expires_at", name="expires", expireAfterSeconds=0)),
    (ENDED_LOGINS, IndexModel("expires_at", name="expires", expireAfterSeconds=0)),
    (IDEMPOTENCY, IndexModel("expires_at", name="expires", expireAfterSeconds=0)),
)


async def drop_indexes(database: Database, former: Iterable[tuple[str, str]]) -> None:
    """Removes indexes that a version before had, by collection and name. What is not there is no error."""
    for collection, name in former:
        if name in await database[collection].index_information():
            await database[collection].drop_index(name)


async def ensure_indexes(database: Database, indexes: Iterable[tuple[str, IndexModel]]) -> None:
    """Makes the indexes that are not there yet; with them their collections, so that no transaction has to.

    Raises OperationFailure when one exists under the same name with another definition.
    """
    by_collection: dict[str, list[IndexModel]] = {}
    for collection, index in indexes:
        by_collection.setdefault(collection, []).append(index)
    for collection, models in by_collection.items():
        await database[collection].create_indexes(models)
