"""Opens everything a process has in its service's store, wired together once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pymongo.monitoring import CommandListener

from careflow_events.mongo import MongoFences, MongoOutbox
from careflow_events.publication import PublicationTable
from careflow_events.sealing import Sealer
from careflow_service.clock import Clock, wall_clock
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.audit_review import AuditReview
from careflow_service.mongo.audit_seals import AuditSeals
from careflow_service.mongo.client import Client, Database, open_client, open_database
from careflow_service.mongo.fence import FenceWatch
from careflow_service.mongo.idempotency import IdempotencyRecords
from careflow_service.mongo.key_proofs import prove_keys
from careflow_service.mongo.limits import MongoLimits
from careflow_service.mongo.vault import BlindIndex, Vault
from careflow_service.mongo.work import TIME_LIMIT_SECONDS, MongoWork


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The keys at rest, raw: 96 bytes for the master key, at least 32 for the others."""

    master: bytes
    blind_index: bytes
    audit: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One process's hold on its service's store."""

    client: Client
    database: Database
    work: MongoWork
    vault: Vault
    blind_index: BlindIndex
    audit: AuditTrail
    audit_seals: AuditSeals
    audit_review: AuditReview
    fence: FenceWatch
    limits: MongoLimits
    keys: Keys

    async def check_keys(self) -> None:
        """For start-up: proves that this database was written with these keys. Raises KeyWrong."""
        await self.vault.check()
        proved = {"CAREFLOW_BLIND_INDEX_KEY": self.keys.blind_index, "CAREFLOW_AUDIT_KEY": self.keys.audit}
        await prove_keys(self.database, proved)


@asynccontextmanager
async def open_store(
    *,
    url: str,
    database: str,
    process: str,
    keys: Keys,
    published: PublicationTable,
    sealer: Sealer,
    clock: Clock,
    time_limit: float = TIME_LIMIT_SECONDS,
    listeners: Sequence[CommandListener] = (),
) -> AsyncIterator[Store]:
    """The store of one service, closed at the end. It connects with its first operation, so this succeeds while the
    store is down; `check_keys()` proves connection and keys. `clock` is the domain clock. Raises StoreUrlWrong.
    """
    async with open_client(url, name=process, listeners=listeners) as client:
        opened = open_database(client, database)
        audit = AuditTrail(opened, keys.audit, wall_clock=wall_clock, new_id=new_id)
        audit_seals = AuditSeals(opened, audit, wall_clock=wall_clock)
        blind_index = BlindIndex(keys.blind_index)
        vault = Vault(opened, keys.master, blind_index)
        fence = FenceWatch(MongoFences(opened))
        try:
            yield Store(
                client=client,
                database=opened,
                work=MongoWork(
                    client,
                    database=opened,
                    outbox=MongoOutbox(sealer, new_id),
                    published=published,
                    idempotency=IdempotencyRecords(opened, wall_clock, keys.blind_index),
                    audit=audit,
                    clock=clock,
                    new_id=new_id,
                    fence=fence,
                    time_limit=time_limit,
                ),
                vault=vault,
                blind_index=blind_index,
                audit=audit,
                audit_seals=audit_seals,
                audit_review=AuditReview(opened, audit, audit_seals, wall_clock=wall_clock),
                fence=fence,
                limits=MongoLimits(opened, blind_index, wall_clock),
                keys=keys,
            )
        finally:
            await vault.close()
