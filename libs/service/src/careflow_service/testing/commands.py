"""Listens to what is said to the store: how many round trips something takes, and which queries scan a collection.

Round trips do not depend on the machine, so tests pin them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from careflow_service.mongo.client import Database

_NOT_OURS = frozenset({"hello", "ismaster", "ping", "endSessions", "killCursors", "explain", "buildInfo"})


class CommandLog(CommandListener):
    """Remembers the commands of a client that was opened with it as a listener."""

    def __init__(self) -> None:
        self._started: list[tuple[str, str, Mapping[str, Any]]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _NOT_OURS:
            self._started.append((event.command_name, event.database_name, dict(event.command)))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass

    @property
    def commands(self) -> list[Mapping[str, Any]]:
        """The commands so far, as sent."""
        return [command for _, _, command in self._started]

    @property
    def round_trips(self) -> list[str]:
        """One entry for each: "find cases", "commitTransaction"."""
        return [_named(name, command) for name, _, command in self._started]

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Forgets what was before, so that only what happens in this block is counted."""
        self._started.clear()
        yield

    def queries(self, database: str) -> list[tuple[str, dict[str, Any]]]:
        """(collection, find command to explain) for every read, update and delete by a filter."""
        found = []
        for name, where, command in self._started:
            if where == database:
                found += [(str(command[name]), query) for query in _queries(name, command)]
        return found


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


def _named(name: str, command: Mapping[str, Any]) -> str:
    target = command.get(name)
    return f"{name} {target}" if isinstance(target, str) else name


def _queries(name: str, command: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    match name:
        case "find":
            yield {"find": command["find"], "filter": command.get("filter", {})} | _kept(command, "sort", "limit")
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
