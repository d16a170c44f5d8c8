"""Opens everything a process has in its service's store, wired together once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pymongo.monitoring import CommandListener

from careflow_events.mongo import CommitWatch, MongoFences, MongoOutbox
from careflow_events.publication import PublicationTable
from careflow_events.sealing import Sealer
from careflow_service.clock import Clock, wall_clock
from careflow_service.emergency.storing import EmergencyAccesses
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.audit_review import AuditReview
from careflow_service.mongo.audit_seals import AuditSeals
from careflow_service.mongo.client import PLAIN, Client, Database, StoreTls, open_client, open_database
from careflow_service.mongo.erasing import MongoErasing
from careflow_service.mongo.fence import FenceWatch
from careflow_service.mongo.further_keys import Further
from careflow_service.mongo.generation import Generation
from careflow_service.mongo.idempotency import IdempotencyRecords
from careflow_service.mongo.key_lines import KeyKind, KeyLine, KeyLines
from careflow_service.mongo.key_proofs import KeyProofs
from careflow_service.mongo.key_watch import KeyWatch
from careflow_service.mongo.limits import MongoLimits
from careflow_service.mongo.staff import Staff
from careflow_service.mongo.vault import BlindIndex, Vault
from careflow_service.mongo.work import TIME_LIMIT_SECONDS, MongoWork


def no_further() -> Further:
    """A process that was given one key of each kind."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The first keys at rest, raw: 96 bytes for the master key, at least 32 for the others; `further` reads those that
    are held beside them. Raises FurtherKeysBroken.
    """

    master: bytes
    blind_index: bytes
    audit: bytes
    further: Callable[[], Further] = no_further

    def lines(self) -> KeyLines:
        """The keys a process holds now. Raises FurtherKeysBroken."""
        further = self.further()
        first = {KeyKind.MASTER: self.master, KeyKind.BLIND_INDEX: self.blind_index, KeyKind.AUDIT: self.audit}
        return KeyLines(**{kind.value: KeyLine(kind, key, further.get(kind, ())) for kind, key in first.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One process's hold on its service's store."""

    client: Client
    database: Database
    work: MongoWork
    vault: Vault
    erasing: MongoErasing
    emergency_accesses: EmergencyAccesses
    blind_index: BlindIndex
    audit: AuditTrail
    audit_seals: AuditSeals
    audit_review: AuditReview
    fence: FenceWatch
    limits: MongoLimits
    commits: CommitWatch
    staff: Staff
    keys: KeyWatch

    async def check_keys(self) -> None:
        """For start-up: proves that this database was written with these keys. Raises KeyWrong."""
        await self.keys.proofs.prove()
        await self.keys.generation.look()


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
    tls: StoreTls = PLAIN,
    time_limit: float = TIME_LIMIT_SECONDS,
    listeners: Sequence[CommandListener] = (),
) -> AsyncIterator[Store]:
    """The store of one service, closed at the end. It connects with its first operation, so this succeeds while the
    store is down; `check_keys()` proves connection and keys. `clock` is the domain clock. Raises StoreUrlWrong
    or FurtherKeysBroken.
    """
    lines = keys.lines()
    async with open_client(url, name=process, tls=tls, listeners=listeners) as client:
        opened = open_database(client, database)
        proofs = KeyProofs(opened, lines)
        audit = AuditTrail(opened, lines.audit, wall_clock=wall_clock, new_id=new_id)
        audit_seals = AuditSeals(opened, audit, wall_clock=wall_clock)
        blind_index = BlindIndex(lines.blind_index)
        generation = Generation(opened)
        vault = Vault(opened, lines.master, blind_index, generation)
        commits = CommitWatch(opened)
        fence = FenceWatch(MongoFences(opened), commits)
        try:
            yield Store(
                client=client,
                database=opened,
                work=MongoWork(
                    client,
                    database=opened,
                    outbox=MongoOutbox(sealer, new_id),
                    published=published,
                    idempotency=IdempotencyRecords(opened, wall_clock, lines.blind_index),
                    audit=audit,
                    clock=clock,
                    new_id=new_id,
                    fence=fence,
                    time_limit=time_limit,
                ),
                vault=vault,
                erasing=MongoErasing(),
                emergency_accesses=EmergencyAccesses(opened, vault, clock),
                blind_index=blind_index,
                audit=audit,
                audit_seals=audit_seals,
                audit_review=AuditReview(opened, audit, audit_seals, proofs, wall_clock=wall_clock),
                fence=fence,
                limits=MongoLimits(opened, blind_index, wall_clock),
                commits=commits,
                staff=Staff(opened, wall_clock),
                keys=KeyWatch(opened, lines, proofs, generation, process=process, further=keys.further),
            )
        finally:
            await vault.close()
