"""Which route a request is for, known before anything else is done with it.

The edge's middlewares (observation, access, limits) need the route's template and row before the body is read, so the
table is matched here, once, and FastAPI's router only ever sees requests this table knows. Invariant: what is not in
the table is not reachable.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Route, compile_path
from starlette.types import Scope

from careflow_service.http.access import GUARDED_PREFIXES, AccessTable, Rule, check_table
from careflow_service.http.limits import RateLimiter
from careflow_service.identity import Actor, Role
from careflow_service.problems import METHOD_NOT_ALLOWED, NOT_FOUND, Problem

SCOPE_KEY = "careflow.call"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(UUID)
_NAMED = re.compile(r"([^/]+)/\{(\w+)\}")
_ANY = ""
"""A second part that a request names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One route: its method, template and row, and which names its query may have. Routes outside the guarded prefixes
    have no row.
    """

    method: str
    template: str
    pattern: re.Pattern[str]
    rule: Rule | None
    limiter: RateLimiter | None
    query: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(slots=True)
class Call:
    """One request on its way: the route it is for, its path parameters and, once known, who is calling;
    `still_admitted` asks the door once more, for an answer that goes on. `may_be_opened`: who was refused could open it
    in an emergency. `roles` are all of the caller's, by which they are shown where else they may go: they do this in
    those of `actor`.
    """

    entry: Entry
    path_params: Mapping[str, str] = field(default_factory=dict)
    actor: Actor | None = None
    still_admitted: Callable[[], Awaitable[bool]] | None = None
    may_be_opened: bool = False
    roles: frozenset[Role] = frozenset()

    def objects(self) -> list[str]:
        """What the path names, "cases/<id>". What is not an id was made up by the client and is left out."""
        named = _NAMED.findall(self.entry.template)
        return [f"{what}/{self.path_params[name]}" for what, name in named if _ID.fullmatch(self.path_params[name])]

    @staticmethod
    def of(scope: Scope) -> "Call | None":
        call = scope.get(SCOPE_KEY)
        return call if isinstance(call, Call) else None


class RouteTable:
    """All routes of one application, in the order they are matched. They are looked for among those a path could be of,
    for a service has hundreds.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Raises ValueError when a route could be among others than those it is looked for."""
        self._entries = tuple(entries)
        self._near: dict[tuple[int, str, str], list[Entry]] = {}
        for entry in self._entries:
            depth, first, second = _near(entry.template)
            self._near.setdefault((depth, first, _ANY if second.startswith("{") else second), []).append(entry)
        for depth, first, second in self._near:
            if first.startswith("{") or (second != _ANY and (depth, first, _ANY) in self._near):
                raise ValueError(f"routes below /{first}: their second part is a name of all of them, or of none")

    @classmethod
    def of(cls, app: FastAPI, access: AccessTable) -> "RouteTable":
        """The routes of `app` with their rows; raises `AccessTableMismatch` when routes and rows differ."""
        found = list(_routes(app))
        check_table(access, (f"{method} {path}" for method, path, _ in found if path.startswith(GUARDED_PREFIXES)))
        return cls(_entry(method, path, query, access.get(f"{method} {path}")) for method, path, query in found)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def resolve(self, method: str, path: str) -> Call:
        """The call this request makes; raises the problems `not_found` and `method_not_allowed`."""
        others = []
        depth, first, second = _near(path)
        near = self._near.get((depth, first, second)) or self._near.get((depth, first, _ANY)) or ()
        for entry in near:
            if found := entry.pattern.fullmatch(path):
                if entry.method == method:
                    return Call(entry, path_params=found.groupdict())
                others.append(entry.method)
        if others:
            raise Problem(METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(sorted(set(others)))})
        raise Problem(NOT_FOUND)


def _near(path: str) -> tuple[int, str, str]:
    """What a path shares with every template that it could be of: how many parts it has, and the first two."""
    parts = path.split("/")
    return len(parts), "".join(parts[1:2]), "".join(parts[2:3])


def _routes(app: FastAPI) -> Iterator[tuple[str, str, frozenset[str]]]:
    for context in iter_route_contexts(app.routes):
        if not isinstance(context.original_route, APIRoute | Route):
            raise TypeError(f"{context.original_route!r} is not a plain HTTP route")
        assert context.path is not None
        route = context.original_route
        query = frozenset(_queried(route.dependant)) if isinstance(route, APIRoute) else frozenset[str]()
        for method in sorted(context.methods or ()):
            yield method, context.path, query


def _queried(dependant: Dependant) -> Iterator[str]:
    """The names a route and what it depends on read in the query."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _queried(each)


def _entry(method: str, path: str, query: frozenset[str], rule: Rule | None) -> Entry:
    pattern, template, _ = compile_path(path)
    limiter = RateLimiter(rule.rate) if rule is not None and rule.rate is not None else None
    return Entry(method=method, template=template, pattern=pattern, rule=rule, limiter=limiter, query=query)
