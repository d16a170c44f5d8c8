"""Listens to what is said to the store: how many round trips something takes, how many of them one after the other,
and which queries scan a collection.

Round trips and waits do not depend on the machine, so tests pin them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from careflow_service.mongo.client import Database

_NOT_OURS = frozenset({"hello", "ismaster", "ping", "endSessions", "killCursors", "explain", "buildInfo"})


@dataclass(slots=True)
class RoundTrip:
    """One command and, in seconds of the process, when it was sent and answered; `ended` is infinite until then."""

    name: str
    database: str
    command: Mapping[str, Any]
    began: float
    ended: float = math.inf

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
    """The longest chain of round trips of which none began before the one before it was answered: those sent side by
    side count once.
    """
    chain, free_from = 0, -math.inf
    for trip in sorted(trips, key=lambda trip: trip.ended):  # whoever ends first leaves most room for others
        if trip.began >= free_from:
            chain, free_from = chain + 1, trip.ended
    return chain


class CommandLog(CommandListener):
    """Remembers the commands of a client that was opened with it as a listener."""

    def __init__(self) -> None:
        self._trips: list[RoundTrip] = []
        self._unanswered: dict[int, RoundTrip] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _NOT_OURS:
            trip = RoundTrip(event.command_name, event.database_name, dict(event.command), time.perf_counter())
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
