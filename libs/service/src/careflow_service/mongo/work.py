"""The transaction runner: state, outbox, idempotent result and audit entry of one unit of work commit together.

Invariants: a try starts from nothing (its own transaction, facts and clock reading); `fn` runs with the session bound,
so no call can forget it; concerns are pinned on the transaction (majority, journaled, snapshot); a duplicate key is
never swallowed inside a transaction, only here, outside; there is no document that every transaction writes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, ExecutionTimeout, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.outbox import Outbox, StreamPosition
from careflow_events.publication import Publication, PublicationTable
from careflow_service.clock import Clock
from careflow_service.errors import InProgress, NaturalKeyTaken, OutcomeUnknown, ServiceError, StoreBusy
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import NewId
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.client import Client
from careflow_service.mongo.duplicates import duplicate_in
from careflow_service.mongo.faults import store_is_away
from careflow_service.mongo.idempotency import IDEMPOTENCY, IdempotencyRecords
from careflow_service.telemetry.tracing import current_traceparent
from careflow_service.work import Cause, Committed, Transaction, current_cause

R = TypeVar("R")

TIME_LIMIT_SECONDS: Final = 10.0
"""For one unit of work with all its tries; a request waits no longer for the store."""
TRYING_SHARE: Final = 0.8
"""The part of the time limit in which `fn` may run. The rest is for the commit or the abort: a transaction that is left
open blocks other writers until the store gives it up, a minute later."""

_WRITE_CONCERN: Final = WriteConcern("majority", j=True)
_READ_CONCERN: Final = ReadConcern("snapshot")
_MAX_TIME_EXPIRED: Final = 50
_COMMIT_UNKNOWN: Final = "UnknownTransactionCommitResult"


_task_of_unit: ContextVar[asyncio.Task[Any] | None] = ContextVar("task_of_unit", default=None)
"""The task that is in a unit of work; a task begun from there inherits the variable, but is not in the unit."""


class UnitInsideUnit(Exception):
    """`run` was called by a unit of work: it would commit on its own, whatever becomes of the one around it."""


class FactNotPublished(Exception):
    """A domain fact has no row in the service's publication table: a mistake in the service."""


class MongoWork:
    """Runs units of work on one service's database; see `careflow_service.work.Work` for what it promises."""

    def __init__(
        self,
        client: Client,
        *,
        outbox: Outbox,
        published: PublicationTable,
        idempotency: IdempotencyRecords,
        audit: AuditTrail,
        clock: Clock,
        new_id: NewId,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._published = published
        self._idempotency = idempotency
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._time_limit = time_limit

    async def run(
        self,
        fn: Callable[[Transaction], Awaitable[R]],
        *,
        by: Actor,
        action: str,
        returns: type[R],
        request: RequestKey | None = None,
    ) -> Committed[R]:
        """See `careflow_service.work.Work.run`. Raises UnitInsideUnit when a unit of work calls it."""
        if _task_of_unit.get() is asyncio.current_task():
            raise UnitInsideUnit(f"{action} was begun inside another unit of work")
        cause = current_cause() or Cause(self._new_id())
        trying_until = time.monotonic() + self._time_limit * TRYING_SHARE
        unit = _Unit(fn, by, action, returns, request, cause, trying_until)
        try:
            with pymongo.timeout(self._time_limit):
                return await self._run_once_more_after_a_duplicate(unit)
        except PyMongoError as error:
            return await self._conclude(unit, error)

    async def _run_once_more_after_a_duplicate(self, unit: _Unit[R]) -> Committed[R]:
        """What made the key a duplicate is committed by now, so a second run reads it before it inserts: a twin of
        this request finds the stored result, a use case finds the row with its natural key."""
        try:
            return await self._transact(unit)
        except (DuplicateKeyError, BulkWriteError) as error:
            if duplicate_in(error) is None:
                raise
        try:
            return await self._transact(unit)
        except (DuplicateKeyError, BulkWriteError) as error:
            raise _refusal(error) from None

    async def _transact(self, unit: _Unit[R]) -> Committed[R]:
        async with self._client.start_session() as session:
            return await session.with_transaction(
                lambda bound: self._try(unit, bound), read_concern=_READ_CONCERN, write_concern=_WRITE_CONCERN
            )

    async def _try(self, unit: _Unit[R], session: AsyncClientSession) -> Committed[R]:
        left = unit.trying_until - time.monotonic()
        if left <= 0:
            raise ExecutionTimeout("no time for another try", _MAX_TIME_EXPIRED)
        token = _task_of_unit.set(asyncio.current_task())
        try:
            with pymongo.timeout(left):
                async with session.bind(end_session=False):
                    return await self._work(unit)
        finally:
            _task_of_unit.reset(token)

    async def _work(self, unit: _Unit[R]) -> Committed[R]:
        if unit.request is not None:
            earlier = await self._idempotency.find(unit.request, unit.returns)
            if earlier is not None:
                return earlier
        tx = _Try(self._clock(), self._new_id)
        value = await unit.fn(tx)
        committed = Committed(value, await self._publish(tx, unit.cause))
        if unit.request is not None:
            unit.met_a_twin = True  # until the insert has passed: what it collides with is the twin's record
            await self._idempotency.keep(unit.request, unit.returns, committed)
            unit.met_a_twin = False
        await self._audit.done(
            unit.by, unit.action, touched=tx.names, positions=committed.positions, cause=unit.cause.id
        )
        return committed

    async def _publish(self, tx: _Try, cause: Cause) -> tuple[StreamPosition, ...]:
        if not tx.facts:
            return ()
        positions = await self._outbox.append(
            [self._publication(fact) for fact in tx.facts],
            now=tx.now,
            causation=cause.id,
            correlation=cause.correlation or cause.id,
            traceparent=current_traceparent() or cause.traceparent,
        )
        return tuple(positions)

    def _publication(self, fact: object) -> Publication:
        publish = self._published.get(type(fact))
        if publish is None:
            raise FactNotPublished(f"{type(fact).__name__} has no row in the publication table")
        return publish(fact)

    async def _conclude(self, unit: _Unit[R], error: PyMongoError) -> Committed[R]:
        """After the last try: what is known about the request by now, or a clear error instead of the driver's."""
        if not store_is_away(error):
            raise error
        unknown = error.has_error_label(_COMMIT_UNKNOWN)
        if unit.request is not None and (unknown or not isinstance(error, ConnectionFailure)):
            with suppress(PyMongoError):
                committed = await self._idempotency.find_committed(unit.request, unit.returns)
                if committed is not None:
                    return committed
        if unknown:
            raise OutcomeUnknown from error
        raise InProgress if unit.met_a_twin else StoreBusy from error


@dataclass(slots=True)
class _Unit(Generic[R]):
    """One call of `run`: the same for all its tries, but for the note whether one came as far as a twin's record."""

    fn: Callable[[Transaction], Awaitable[R]]
    by: Actor
    action: str
    returns: type[R]
    request: RequestKey | None
    cause: Cause
    trying_until: float
    met_a_twin: bool = False


class _Try:
    """The transaction as one try of `fn` sees it."""

    def __init__(self, now: datetime, new_id: NewId) -> None:
        self._now = now
        self._new_id = new_id
        self.facts: list[object] = []
        self.names: list[str] = []

    @property
    def now(self) -> datetime:
        return self._now

    def new_id(self) -> str:
        return self._new_id()

    def record(self, facts: Iterable[object]) -> None:
        self.facts.extend(facts)

    def touched(self, what: str) -> None:
        self.names.append(what)


def _refusal(error: DuplicateKeyError | BulkWriteError) -> ServiceError | PyMongoError:
    duplicate = duplicate_in(error)
    if duplicate is None:
        return error
    if duplicate.collection == IDEMPOTENCY:
        return InProgress()
    return NaturalKeyTaken(duplicate.collection, duplicate.index)
