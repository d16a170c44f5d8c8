"""The transaction runner: state, outbox, idempotent result and audit entry of one unit of work commit together.

Invariants: `fn` runs outside of any transaction, its reads side by side, its writes collected; then one transaction
writes and commits everything, or nothing where anything that was read has been overtaken, and `fn` runs again. A try
starts from nothing (its own facts, ids and clock reading). A duplicate key is never swallowed, only judged here, and
there is no document that every transaction writes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from typing import Final, TypeVar, cast

import pymongo
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, ExecutionTimeout, PyMongoError

from careflow_events.closing import OwnerClosed
from careflow_events.envelope import Envelope
from careflow_events.handling import Reacting
from careflow_events.mongo.commit import commit
from careflow_events.mongo.owners import Owners
from careflow_events.mongo.unit import Overtaken, Unit, current_unit, working_in
from careflow_events.outbox import Outbox, StreamPosition
from careflow_events.publication import Publication, PublicationTable
from careflow_service.clock import Clock
from careflow_service.errors import (
    ErasureUnderWay,
    InProgress,
    NaturalKeyTaken,
    OutcomeUnknown,
    OwnerErased,
    ServiceError,
    ServiceFenced,
    StoreBusy,
)
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.ids import NewId
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.client import Client, Database
from careflow_service.mongo.duplicates import duplicate_in
from careflow_service.mongo.faults import store_is_away
from careflow_service.mongo.fence import FenceWatch
from careflow_service.mongo.idempotency import IDEMPOTENCY, IdempotencyRecords
from careflow_service.mongo.queues import Queues
from careflow_service.mongo.tries import Call, Try
from careflow_service.oversight import current_oversight
from careflow_service.telemetry.tracing import current_traceparent
from careflow_service.work import Cause, Committed, Transaction, current_cause, side_by_side

R = TypeVar("R")

TIME_LIMIT_SECONDS: Final = 10.0
"""For one unit of work with all its tries; a request waits no longer for the store."""
TRYING_SHARE: Final = 0.8
"""The part of the time limit in which a try may begin. The rest is for the commit or the abort: a transaction that is
left open blocks other writers until the store gives it up, a minute later."""
FIRST_PAUSE_SECONDS: Final = 0.002
LONGEST_PAUSE_SECONDS: Final = 0.05
"""Between two tries: what overtook the first is committed as a rule; where it is not, it takes a few milliseconds."""

_MAX_TIME_EXPIRED: Final = 50
_COMMIT_UNKNOWN: Final = "UnknownTransactionCommitResult"


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
        database: Database,
        outbox: Outbox,
        published: PublicationTable,
        idempotency: IdempotencyRecords,
        audit: AuditTrail,
        clock: Clock,
        new_id: NewId,
        fence: FenceWatch,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._client = client
        self._database = database
        self._owners = Owners(database)
        self._outbox = outbox
        self._published = published
        self._idempotency = idempotency
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._fence = fence
        self._time_limit = time_limit
        self._queues = Queues()

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
        if current_unit() is not None:
            raise UnitInsideUnit(f"{action} was begun inside another unit of work")
        self._confirm_not_fenced()
        trying_until = time.monotonic() + self._time_limit * TRYING_SHARE
        call = Call(fn, by, action, returns, request, self._cause(), trying_until)
        try:
            with pymongo.timeout(self._time_limit):
                return await self._until_committed(call)
        except PyMongoError as error:
            return await self._conclude(call, error)

    async def run_together(
        self,
        reactions: Sequence[Reacting[R]],
        *,
        by: Actor,
        causes: Callable[[Envelope | None], AbstractContextManager[None]],
    ) -> list[R]:
        """Decides these side by side and commits them in one transaction, all or nothing; tried once. `causes` opens
        what an event causes. Raises whatever stands in the way; then nothing was written.
        """
        self._confirm_not_fenced()
        trying_until = time.monotonic() + self._time_limit * TRYING_SHARE

        async def decide(reaction: Reacting[R], unit: Unit) -> R:
            with causes(reaction.event), reaction.span():
                call = Call(
                    reaction.fn, by, reaction.action, cast("type[R]", object), None, self._cause(), trying_until
                )
                return (await self._decide(call, unit)).value

        with pymongo.timeout(self._time_limit):
            async with AsyncExitStack() as stack:
                units = [Unit(self._database, self._owners, again=False) for _ in reactions]
                for unit in units:
                    stack.push_async_callback(unit.close)
                async with asyncio.TaskGroup() as tasks:
                    decisions = [
                        tasks.create_task(decide(reaction, unit))
                        for reaction, unit in zip(reactions, units, strict=True)
                    ]
                await commit(self._client, units)
                return [decision.result() for decision in decisions]

    def _confirm_not_fenced(self) -> None:
        if self._fence.closed:
            raise ServiceFenced

    def _cause(self) -> Cause:
        return current_cause() or Cause(self._new_id())

    async def _until_committed(self, call: Call[R]) -> Committed[R]:
        """Runs it again after whatever overtook it, in a queue with others of this process that lost at the same
        place, so that of many who change one thing each loses about once.

        What made a key a duplicate is committed by now, so one more try reads it before it inserts: a twin of this
        request finds the stored result, a use case finds the row with its natural key.
        """
        while True:
            try:
                async with self._queues.turns(call.lost_at):
                    return await self._try(call)
            except Overtaken as overtaken:
                call.lost_at.add(overtaken.where)
                call.in_flight = overtaken.in_flight
            except DuplicateKeyError as error:
                if call.met_a_duplicate:
                    raise _refusal(error) from None
                call.met_a_duplicate = True
            call.tries += 1
            longest = min(FIRST_PAUSE_SECONDS * 2**call.tries, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - spreads tries, hides nothing

    async def _try(self, call: Call[R]) -> Committed[R]:
        """A request is taken for a new one without asking: the insert of its record finds out, and then, or where `fn`
        refuses, which has no effect outside, the record is looked for and what the earlier one came to counts. Who
        refuses by what has been overtaken meanwhile decides anew.
        """
        left = call.trying_until - time.monotonic()
        if left <= 0:
            raise ExecutionTimeout("no time for another try", _MAX_TIME_EXPIRED)
        by_itself = call.by.has(Role.SYSTEM)
        unit = Unit(self._database, self._owners, again=call.tries > 0, by_itself=by_itself)
        try:
            with pymongo.timeout(left):
                if unit.again and (earlier := await self._earlier(call)) is not None:
                    return earlier
                try:
                    committed = await self._decide(call, unit)
                except (Overtaken, PyMongoError):
                    raise
                except Exception:
                    earlier, _ = await side_by_side(self._earlier(call), unit.confirm_current())
                    if earlier is None:
                        raise
                    return earlier
            try:
                await commit(self._client, [unit])
            except OwnerClosed as error:
                earlier = await self._earlier(call)
                if earlier is None:
                    raise (OwnerErased if error.closing.for_good else ErasureUnderWay) from None
                return earlier
            return committed
        finally:
            await unit.close()

    async def _decide(self, call: Call[R], unit: Unit) -> Committed[R]:
        """What the unit of work comes to, with everything it writes collected in `unit`."""
        with working_in(unit):
            tx = Try(self._clock(), self._new_id, unit)
            value = await call.fn(tx)
            if tx.names and (overseen := current_oversight()) is not None:
                overseen.confirm_asked()
            committed = Committed(value, await self._publish(tx, call.cause))
            if call.request is not None:
                self._idempotency.keep(call.request, call.returns, committed)
            if tx.names or committed.positions or not call.by.has(Role.SYSTEM):
                self._audit.done(
                    call.by, call.action, touched=tx.names, positions=committed.positions, cause=call.cause.id
                )
            return committed

    async def _earlier(self, call: Call[R]) -> Committed[R] | None:
        """What an earlier, same request came to."""
        return None if call.request is None else await self._idempotency.find(call.request, call.returns)

    async def _publish(self, tx: Try, cause: Cause) -> tuple[StreamPosition, ...]:
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

    async def _conclude(self, call: Call[R], error: PyMongoError) -> Committed[R]:
        """After the last try: what is known about the request by now, or a clear error instead of the driver's."""
        if not store_is_away(error):
            raise error
        unknown = error.has_error_label(_COMMIT_UNKNOWN)
        if call.request is not None and (unknown or not isinstance(error, ConnectionFailure)):
            with suppress(PyMongoError):
                committed = await self._idempotency.find(call.request, call.returns)
                if committed is not None:
                    return committed
        if unknown:
            raise OutcomeUnknown from error
        raise InProgress if call.request is not None and call.in_flight else StoreBusy from error


def _refusal(error: DuplicateKeyError | BulkWriteError) -> ServiceError | PyMongoError:
    duplicate = duplicate_in(error)
    if duplicate is None:
        return error
    if duplicate.collection == IDEMPOTENCY:
        return InProgress()
    return NaturalKeyTaken(duplicate.collection, duplicate.index)
