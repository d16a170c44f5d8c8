"""Listens to what is said to the store: how many round trips something takes, how many of them one after the other,
and which queries scan a collection.

Round trips and waits do not depend on the machine, so tests pin them: what waited for what is told by the tasks that
asked, not by when answers happened to come.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from careflow_service.mongo.client import Database

T = TypeVar("T")

_NOT_OURS = frozenset({"hello", "ismaster", "ping", "endSessions", "killCursors", "explain", "buildInfo"})


@dataclass(slots=True, frozen=True, eq=False)
class Asking:
    """A task that asks the store, or started one that does, and when it was started itself, in seconds of the
    process.
    """

    since: float


@dataclass(slots=True)
class RoundTrip:
    """One command and, in seconds of the process, when it was sent and answered; `ended` is infinite until then.
    `asked_by` are the task that sent it and those that had started that one, the outermost first.
    """

    name: str
    database: str
    command: Mapping[str, Any]
    began: float
    ended: float = math.inf
    asked_by: tuple[Asking, ...] = ()

    def __str__(self) -> str:
        """ "find cases", "commitTransaction", "bulkWrite: update _owners, insert _outbox"."""
        if self.name == "bulkWrite":
            return "bulkWrite: " + ", ".join(f"{kind} {where}" for _, where, kind, _ in bulk_writes(self.command))
        target = self.command.get(self.name)
        return f"{self.name} {target}" if isinstance(target, str) else self.name


def bulk_writes(command: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """(database, collection, "insert" or "update" or "delete", operation) for each write of a `bulkWrite`."""
    namespaces = [each["ns"].partition(".") for each in command["nsInfo"]]
    for operation in command["ops"]:
        kind = next(iter(operation))
        database, _, collection = namespaces[operation[kind]]
        yield database, collection, kind, operation


def sequential_waits(trips: Iterable[RoundTrip]) -> int:
    """The longest chain of round trips of which each waited for the one before it. Those of tasks that run side by side
    do not wait for each other, whichever is answered first.
    """
    chains: list[tuple[RoundTrip, int]] = []
    for trip in sorted(trips, key=lambda trip: trip.began):
        waited_for = (length for before, length in chains if _waited(trip, before))
        chains.append((trip, 1 + max(waited_for, default=0)))
    return max((length for _, length in chains), default=0)


def _waited(trip: RoundTrip, before: RoundTrip) -> bool:
    """Whether `trip` could not be asked until `before` was answered: the same task asked for both, or had the other's
    task do it; or the task that asked, or what started it, was itself started after that answer.
    """
    if before.ended > trip.began:
        return False
    apart = [asking for asking in trip.asked_by if asking not in before.asked_by]
    return not apart or apart[0].since >= before.ended


class TaskTree:
    """Which task was started by which, of those started in a block."""

    def __init__(self) -> None:
        self._lines: WeakKeyDictionary[asyncio.Future[Any], tuple[Asking, ...]] = WeakKeyDictionary()

    def line(self) -> tuple[Asking, ...]:
        """The task that runs now and those that started it, the outermost first; () for one that was there before, and
        where none runs.
        """
        try:
            task = asyncio.current_task()
        except RuntimeError:  # a blocking client's command
            return ()
        return () if task is None else self._lines.get(task, ())

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Tasks that the running loop starts in this block are remembered."""
        loop = asyncio.get_running_loop()
        before = loop.get_task_factory()

        def start(
            loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T] | Generator[Any, None, T], /, **more: Any
        ) -> asyncio.Future[T]:
            task = before(loop, coroutine, **more) if before else asyncio.Task(coroutine, loop=loop, **more)
            self._lines[task] = (*self.line(), Asking(since=time.perf_counter()))
            return task

        loop.set_task_factory(start)
        try:
            yield
        finally:
            loop.set_task_factory(before)


class CommandLog(CommandListener):
    """Remembers the commands of a client that was opened with it as a listener."""

    def __init__(self) -> None:
        self._trips: list[RoundTrip] = []
        self._tasks = TaskTree()
        self._unanswered: dict[int, RoundTrip] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _NOT_OURS:
            began, asked_by = time.perf_counter(), self._tasks.line()
            trip = RoundTrip(event.command_name, event.database_name, dict(event.command), began, asked_by=asked_by)
            self._trips.append(trip)
            self._unanswered[event.request_id] = trip

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._answered(event.request_id)

    def failed(self, event: CommandFailedEvent) -> None:
        self._answered(event.request_id)

    @property
    def trips(self) -> list[RoundTrip]:
        """The round trips so far, in the order they were begun."""
        return list(self._trips)

    @property
    def commands(self) -> list[Mapping[str, Any]]:
        """The commands so far, as sent."""
        return [trip.command for trip in self._trips]

    @property
    def round_trips(self) -> list[str]:
        """One entry for each: "find cases", "commitTransaction"."""
        return [str(trip) for trip in self._trips]

    @property
    def waits(self) -> int:
        """How often the store was waited for one time after the other; see `sequential_waits`. Let the pool be warm: a
        connection that has yet to be opened makes commands follow each other that would have gone side by side.
        """
        return sequential_waits(self._trips)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Forgets what was before, so that only what happens in this block is counted."""
        self._trips.clear()
        with self._tasks.growing():
            yield

    def queries(self, database: str) -> list[tuple[str, dict[str, Any]]]:
        """(collection, find command to explain) for every read, update and delete by a filter."""
        found = []
        for trip in self._trips:
            if trip.name == "bulkWrite":
                found += [
                    (where, {"find": where, "filter": operation["filter"]})
                    for written, where, _, operation in bulk_writes(trip.command)
                    if written == database and "filter" in operation
                ]
            elif trip.database == database:
                found += [(str(trip.command[trip.name]), query) for query in _queries(trip.name, trip.command)]
        return found

    def _answered(self, request_id: int) -> None:
        trip = self._unanswered.pop(request_id, None)
        if trip is not None:
            trip.ended = time.perf_counter()


async def collection_scans(log: CommandLog, database: Database) -> list[str]:
    """The queries in `log` that read a whole collection, as "find cases {stage, due_at}"; none is what one wants."""
    scans = []
    for collection, query in log.queries(database.name):
        if "_id" in query["filter"] and not _is_open_ended(query["filter"]["_id"]):
            continue  # always by the index of ids, whatever a store's explain calls it
        plan = await database.command("explain", query, verbosity="queryPlanner")
        if "COLLSCAN" in _stages(plan["queryPlanner"]["winningPlan"]):
            scans.append(f"{collection} {{{', '.join(query['filter'])}}}")
    return scans


def _queries(name: str, command: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    match name:
        case "find":
            yield {"find": command["find"], "filter": command.get("filter", {})} | _kept(
                command, "sort", "limit", "hint"
            )
        case "findAndModify":
            yield {"find": command["findAndModify"], "filter": command.get("query", {})} | _kept(command, "sort")
        case "update":
            yield from ({"find": command["update"], "filter": each["q"]} for each in command["updates"])
        case "delete":
            yield from ({"find": command["delete"], "filter": each["q"]} for each in command["deletes"])
        case "count":
            yield {"find": command["count"], "filter": command.get("query", {})}


def _kept(command: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: command[name] for name in names if name in command}


def _is_open_ended(condition: object) -> bool:
    return isinstance(condition, Mapping) and not condition.keys() <= {"$in", "$eq"}


def _stages(plan: Mapping[str, Any]) -> set[str]:
    stages = {str(plan.get("stage"))}
    for inner in (plan.get("inputStage"), *plan.get("inputStages", []), plan.get("queryPlan")):
        if isinstance(inner, Mapping):
            stages |= _stages(inner)
    return stages
