"""Transactions on a real store without a service around them."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.envelope import Envelope

R = TypeVar("R")


class BoundTransactions:
    """The `Transactions` port: a bound session and nothing else. Reactions get the session as their transaction."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        self._client = client

    async def run(self, fn: Callable[[Any], Awaitable[R]], *, action: str, event: Envelope | None) -> R:  # noqa: ARG002 - the port's
        """See `careflow_events.handling.Transactions.run`."""

        async def within(session: AsyncClientSession) -> R:
            return await fn(session)

        async with self._client.start_session() as session, session.bind():
            return await session.with_transaction(
                within, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            )
