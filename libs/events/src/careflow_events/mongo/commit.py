"""Sends what units of work have decided: one ordered bulk of writes and the commit, so two waits however many writes.

Invariants: a write that does not find what its decision was made on undoes all of them; a duplicate key, a conflict
and a store that is away are told apart; concerns are pinned on the transaction (majority, journaled).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import ClientBulkWriteException, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.results import ClientBulkWriteResult
from pymongo.write_concern import WriteConcern

from careflow_events.mongo.collections import Document
from careflow_events.mongo.unit import Overtaken, Unit, Write

WRITE_CONCERN: Final = WriteConcern("majority", j=True)
_DUPLICATE_KEY: Final = 11000
_WRITE_CONFLICT: Final = 112


class NotTogether(Exception):
    """Units that were decided side by side write the same document: commit them one after the other."""


async def commit(client: AsyncMongoClient[Document], units: Sequence[Unit]) -> None:
    """Commits what these units write, all or nothing.

    Raises Overtaken, NotTogether, the driver's DuplicateKeyError, and what the driver raises when the store is away.
    """
    of_units = await asyncio.gather(*(unit.writes() for unit in units))
    places = [{write.where for write in writes} for writes in of_units]
    if sum(map(len, places)) > len(set().union(*places)):
        raise NotTogether
    await write_together(client, [write for writes in of_units for write in writes])


async def write_together(
    client: AsyncMongoClient[Document], writes: Sequence[Write], within: AsyncClientSession | None = None
) -> None:
    """Sends these writes, all or nothing; `within` this session, if one is given. Raises Overtaken, the driver's
    DuplicateKeyError, and what the driver raises when the store is away.
    """
    if not writes:
        return
    if len(writes) == 1:  # is all or nothing by itself
        await _send(client, None, writes)
        return

    async def send(session: AsyncClientSession) -> None:
        await _send(client, session, writes)

    if within is not None:
        await within.with_transaction(send, write_concern=WRITE_CONCERN)
        return
    async with writing_session(client) as session:
        await session.with_transaction(send, write_concern=WRITE_CONCERN)


def writing_session(client: AsyncMongoClient[Document]) -> AsyncClientSession:
    """A session to write in: nothing is read, and stores refuse a bulk write that brings a read concern along, as it
    would with causal consistency.
    """
    return client.start_session(causal_consistency=False)


async def _send(
    client: AsyncMongoClient[Document], session: AsyncClientSession | None, writes: Sequence[Write]
) -> None:
    try:
        done = await client.bulk_write(
            [write.model for write in writes],
            session=session,
            ordered=True,
            verbose_results=True,
            write_concern=WRITE_CONCERN if session is None else None,
        )
    except ClientBulkWriteException as error:
        # A write that finds nothing does not end a bulk: what then took a key twice rests on what was overtaken before.
        if error.partial_result is not None:
            _confirm_found(error.partial_result, writes)
        raise _told(error, writes) from error
    _confirm_found(done, writes)


def _confirm_found(done: ClientBulkWriteResult, writes: Sequence[Write]) -> None:
    """Raises Overtaken for the first write that did not find what its decision was made on."""
    for at, write in enumerate(writes):
        if write.expected and at in done.update_results and done.update_results[at].matched_count != write.finds:
            raise Overtaken(write.where)


def _told(error: ClientBulkWriteException, writes: Sequence[Write]) -> Exception:
    """What a failed bulk means. The driver wraps the store's answer and leaves its labels behind."""
    first = error.write_errors[0] if error.write_errors else None
    failed: Mapping[str, Any] = first if isinstance(first, dict) else {}
    cause = error.error
    code = failed.get("code") or (cause.code if isinstance(cause, OperationFailure) else None)
    where = writes[failed["idx"]].where if "idx" in failed else writes[0].where
    if code == _WRITE_CONFLICT:
        return Overtaken(where, in_flight=True)
    if code == _DUPLICATE_KEY:
        if "idx" in failed and writes[failed["idx"]].expected:
            return Overtaken(where)
        return DuplicateKeyError(failed.get("errmsg", ""), code, dict(failed))
    return cause if isinstance(cause, PyMongoError) else error
