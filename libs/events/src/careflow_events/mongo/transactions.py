"""Units of work on a store, without a service around them: run, and run again until nothing was overtaken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from careflow_events.envelope import Envelope
from careflow_events.handling import Reacting
from careflow_events.mongo.commit import commit
from careflow_events.mongo.owners import Owners
from careflow_events.mongo.unit import Overtaken, Unit, working_in

R = TypeVar("R")

TRIES: Final = 100


class MongoTransactions:
    """The `Transactions` port. Reactions get their unit of work as their transaction."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._owners = Owners(database)

    async def run(self, fn: Callable[[Any], Awaitable[R]], *, action: str, event: Envelope | None) -> R:
        """See `careflow_events.handling.Transactions.run`. Raises the last conflict after TRIES."""
        for tried in range(TRIES):
            try:
                (result,) = await self._run([Reacting(fn, action, event)], again=tried > 0)
            except (Overtaken, DuplicateKeyError):  # allow duplicate-key: this is a runner, too
                if tried == TRIES - 1:
                    raise
            else:
                return result
        raise AssertionError("the last try has raised")

    async def run_together(self, reactions: Sequence[Reacting[R]]) -> list[R]:
        """See `careflow_events.handling.Transactions.run_together`."""
        return await self._run(reactions, again=False)

    async def _run(self, reactions: Sequence[Reacting[R]], *, again: bool) -> list[R]:
        async with AsyncExitStack() as stack:
            units, results = [], []
            for reaction in reactions:
                unit = Unit(self._database, self._owners, again=again)
                stack.push_async_callback(unit.close)
                results.append(await self._decided(reaction, unit))
                units.append(unit)
            await commit(self._database.client, units)
            return results

    async def _decided(self, reaction: Reacting[R], unit: Unit) -> R:
        """What the reaction comes to. Raises Overtaken where it refuses by what is no longer so."""
        try:
            with working_in(unit), reaction.span():
                return await reaction.fn(unit)
        except (Overtaken, PyMongoError):
            raise
        except Exception:
            await unit.confirm_current()
            raise
