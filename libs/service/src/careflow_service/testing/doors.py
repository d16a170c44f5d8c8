"""Tries every route of a service as everybody: nobody, and every set of up to three roles, for what is a patient's own,
for another's, and for nothing in particular; and under an emergency access to that patient, to another, and to nobody.

`assert await wrongly_treated(SERVICE.http()) == []`. No store is needed: it is the door that is tried, and what would
stand behind it is only told apart from a refusal.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from itertools import chain, combinations
from typing import Any, Final

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from careflow_service.http.access import Own, Rule, Where
from careflow_service.http.authentication import EMERGENCY_ACCESS, Door
from careflow_service.http.limits import CallerLimits, Rate
from careflow_service.http.openapi import document
from careflow_service.http.routes import Call, Entry, RouteTable
from careflow_service.identity import NEVER_GRANTED, Actor, Role
from careflow_service.ids import new_id
from careflow_service.oversight import InEmergency, Shown
from careflow_service.pages import PREFIX, logins, named_access, sittings
from careflow_service.problems import (
    EMERGENCY_ACCESS_OVER,
    FORBIDDEN,
    LOGIN_NEEDED,
    TOKEN_EXPIRED,
    UNAUTHENTICATED,
    Problem,
)
from careflow_service.service import Http
from careflow_service.tokens import DevelopmentIssuer, TokenRefused

REFUSALS: Final = frozenset(
    {kind.code for kind in (UNAUTHENTICATED, TOKEN_EXPIRED, LOGIN_NEEDED, FORBIDDEN, EMERGENCY_ACCESS_OVER)}
)
"""The codes the door itself refuses with; a use case that refuses has a code of its own."""
TRIED_OVER_HTTP: Final = 3
"""Attempts at each route that are made over HTTP: all are made at the door itself, where one costs a hundredth."""
GRANTED: Final = tuple(role for role in Role if role not in NEVER_GRANTED)
_NO_END: Final = datetime.max.replace(tzinfo=UTC)
MOST_ROLES: Final = 3
"""Of one caller: what one role opens, another narrows and a third opens again needs no fourth to be seen."""


class Whose(StrEnum):
    """Whose a request says it is about."""

    OWN = "own"
    ANOTHERS = "another's"
    NOBODYS = "nobody's"
    """The caller has no patient's id, and the query names nobody."""


class Access(StrEnum):
    """Whether a call names an emergency access, and to whom that is."""

    NONE = "none"
    TO_THEM = "to them"
    """To the patient the request is about."""
    TO_ANOTHER = "to another"
    OVER = "over"


_AS_OFTEN_AS_THEY_LIKE: Final = Rate(1_000_000, 1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody calls a route. `roles` is None for a caller without a token, `about` the patient it is about."""

    route: str
    path: str
    query: str
    roles: frozenset[Role] | None
    patient_id: str | None
    whose: Whose
    about: str
    access: Access
    admitted: bool

    def __str__(self) -> str:
        who = "nobody" if self.roles is None else "+".join(sorted(self.roles)) or "no role"
        under = "" if self.access is Access.NONE else f", under an emergency access {self.access}"
        return f"{who}, {self.whose}{under}: {self.route}"


@dataclass(frozen=True, slots=True)
class _Address:
    """How one route is asked for something: of `about`, by a patient who is `patient_id`."""

    path: str
    query: str
    about: str
    patient_id: str | None


@cache
def sets_of_roles(most: int) -> tuple[frozenset[Role], ...]:
    """Every set of up to so many roles, the empty one first."""
    return tuple(
        frozenset(each) for each in chain.from_iterable(combinations(GRANTED, size) for size in range(most + 1))
    )


def every_attempt(table: RouteTable, most_roles: int = MOST_ROLES) -> Iterator[Attempt]:
    """Every guarded route times everybody, with whether the door must let them in."""
    for entry in table:
        if entry.rule is not None and not entry.rule.public:
            # Whose it is says nothing by a row without `own`: there the strongest claim is tried, and none at all.
            for whose in Whose if entry.rule.own is not None else (Whose.OWN, Whose.NOBODYS):
                address = _address(entry, entry.rule, whose)
                for roles in (None, *sets_of_roles(most_roles)):
                    yield _attempt(entry, entry.rule, roles, whose, address)
            yield from _in_emergencies(entry, entry.rule, most_roles)


def _in_emergencies(entry: Entry, rule: Rule, most_roles: int) -> Iterator[Attempt]:
    """What no row opens in an emergency is tried by each role alone: there an access changes nothing."""
    for access in set(Access) - {Access.NONE}:
        address = _address(entry, rule, Whose.ANOTHERS)
        for roles in sets_of_roles(most_roles):
            if rule.emergency or len(roles) < 2:
                yield _attempt(entry, rule, roles, Whose.ANOTHERS, address, access)


def _address(entry: Entry, rule: Rule, whose: Whose) -> _Address:
    patient_id = new_id()
    named = patient_id if whose is Whose.OWN else new_id()
    own = rule.own or Own(Where.BODY, "")
    names = entry.pattern.groupindex
    about = own.name if own.name in names else "patient_id"
    in_query = own.where is Where.QUERY and whose is not Whose.NOBODYS
    return _Address(
        path=entry.template.format(**{name: named if name == about else new_id() for name in names}),
        query=f"{own.name}={named}" if in_query else "",
        about=named,
        patient_id=None if whose is Whose.NOBODYS else patient_id,
    )


def _attempt(
    entry: Entry,
    rule: Rule,
    roles: frozenset[Role] | None,
    whose: Whose,
    address: _Address,
    access: Access = Access.NONE,
) -> Attempt:
    return Attempt(
        route=entry.key,
        path=address.path,
        query=address.query,
        roles=roles,
        patient_id=address.patient_id,
        whose=whose,
        about=address.about,
        access=access,
        admitted=roles is not None
        and (
            _must_read_in_emergency(entry, access)
            if _widens(entry, rule, roles, access)
            else _must_be_admitted(rule, roles, whose)
        ),
    )


def _widens(entry: Entry, rule: Rule, roles: frozenset[Role], access: Access) -> bool:
    """Whether it is for the access to say what this caller reads: before a page, only where their role does not."""
    if entry.template.startswith(PREFIX) and not roles.isdisjoint(rule.roles):
        return False
    return access is not Access.NONE and Role.PATIENT not in roles and not roles.isdisjoint(rule.emergency)


def _must_read_in_emergency(entry: Entry, access: Access) -> bool:
    """Whose an object is, the use case finds out."""
    return access is Access.TO_THEM or (access is Access.TO_ANOTHER and "patient_id" not in entry.pattern.groupindex)


def _must_be_admitted(rule: Rule, roles: frozenset[Role], whose: Whose) -> bool:
    """A patient reaches their own, whatever else they are; the clinic's people what any one of their roles reaches."""
    if Role.PATIENT not in roles:
        return any(role in rule.roles for role in roles)
    if rule.own is None:
        return Role.PATIENT in rule.roles
    if rule.own.where is Where.PATH:
        return whose is Whose.OWN
    return whose is not Whose.NOBODYS


class _Verifier:
    """Takes the attempt's roles as the token would have given them."""

    roles: frozenset[Role] | None = None
    patient_id: str | None = None
    about: str = ""

    async def verify(self, _token: str) -> Actor:
        if self.roles is None:
            raise TokenRefused
        return Actor.granted("someone", self.roles, self.patient_id)

    def keeping(self, _scope: Scope, send: Send) -> Send:
        return send


async def wrongly_treated(described: Http[Any], most_roles: int = MOST_ROLES) -> list[str]:
    """Every attempt at this service's routes that is let in or refused against its row, and every one that is let in
    with a role the row does not name; and every route whose document says something else of who is let in.
    """
    app = FastAPI(redirect_slashes=False)
    for router in described.routers:
        app.include_router(router)
    table = RouteTable.of(app, described.access)
    return [*wrongly_documented(document(app, table), table), *await wrongly_let_in(table, most_roles)]


def wrongly_documented(document: Mapping[str, Any], table: RouteTable) -> list[str]:
    """Every operation that an OpenAPI document opens to others than its row does, and every route or operation that has
    no counterpart; pages are in no document.
    """
    rows = {entry.key: entry.rule for entry in table if entry.rule and not entry.template.startswith(PREFIX)}
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    wrong = [f"{key} has no counterpart" for key in sorted(rows.keys() ^ operations.keys())]
    for key in sorted(rows.keys() & operations.keys()):
        rule, operation = rows[key], operations[key]
        documented = (
            operation["security"] == [],
            set(operation.get("x-careflow-roles", ())),
            operation.get("x-careflow-own"),
            set(operation.get("x-careflow-emergency", ())),
        )
        own = None if rule.own is None else str(rule.own)
        if documented != (rule.public, set(rule.open_to), own, set(rule.emergency)):
            wrong.append(f"{key} is documented for others")
    return wrong


async def wrongly_let_in(table: RouteTable, most_roles: int = MOST_ROLES) -> list[str]:
    """Every attempt at these routes that is let in or refused against its row; no store is asked."""
    verifier, behind = _Verifier(), _Behind()
    denied: list[str] = []

    async def audit(_actor: Actor, route: str, _objects: object) -> None:
        denied.append(route)

    async def shown(_: Shown) -> None:
        raise AssertionError("nothing is read behind this door")

    async def emergencies(access: str, _actor_id: str) -> InEmergency | None:
        patient_id = {Access.TO_THEM: verifier.about, Access.TO_ANOTHER: new_id()}.get(Access(access))
        return None if patient_id is None else InEmergency("_emergency_accesses/any", patient_id, _NO_END)

    door = Door(
        behind,
        routes=table,
        verifier=verifier,
        visitors=verifier,
        logins=verifier,
        audit=audit,
        shown=shown,
        emergencies=emergencies,
        limits=CallerLimits(_AS_OFTEN_AS_THEY_LIKE, _AS_OFTEN_AS_THEY_LIKE),
    )
    wrong = []
    for attempt in every_attempt(table, most_roles):
        verifier.roles, verifier.patient_id, verifier.about = attempt.roles, attempt.patient_id, attempt.about
        behind.call = None
        before = len(denied)
        try:
            await door(_scope(attempt), _nothing, _swallow)
        except Problem as problem:
            unaudited = attempt.roles is not None and len(denied) == before
            if attempt.admitted or problem.kind.code not in REFUSALS or unaudited:
                wrong.append(str(attempt))
        else:
            if not attempt.admitted or not _acts_within(behind.call, attempt):
                wrong.append(str(attempt))
    return wrong


def _acts_within(call: Call | None, attempt: Attempt) -> bool:
    """In those roles alone that let them in, and in an emergency where an access did."""
    assert call is not None
    assert call.actor is not None
    assert attempt.roles is not None
    rule = call.entry.rule
    assert rule is not None
    if _widens(call.entry, rule, attempt.roles, attempt.access):
        return call.actor.roles == attempt.roles & (rule.open_to | rule.emergency) | {Role.EMERGENCY}
    return call.actor.roles <= rule.open_to


class _Behind:
    """What stands behind the door: notes the call, and answers nothing."""

    call: Call | None = None

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        self.call = Call.of(scope)


def _scope(attempt: Attempt) -> Scope:
    return {
        "type": "http",
        "method": attempt.route.partition(" ")[0],
        "path": attempt.path,
        "query_string": attempt.query.encode(),
        "headers": [(b"authorization", b"Bearer any"), *_named(attempt.access)],
    }


@cache
def _named(access: Access) -> tuple[tuple[bytes, bytes], ...]:
    """By the header, and as a browser does before a page."""
    cookies = f"{sittings.COOKIE}=any; {logins.COOKIE}=any"
    if access is Access.NONE:
        return ((b"cookie", cookies.encode()),)
    named = f'{cookies}; {named_access.COOKIE}="{access}"'
    return (b"cookie", named.encode()), (EMERGENCY_ACCESS.encode(), access.encode())


async def _nothing() -> Any:
    raise AssertionError("the door reads no body")


async def _swallow(_: object) -> None:
    return None


async def knock(client: httpx.AsyncClient, issuer: DevelopmentIssuer, attempt: Attempt) -> bool:
    """Make the attempt over HTTP; answers whether the door let it through, whatever the use case said then."""
    headers = {} if attempt.access is Access.NONE else {EMERGENCY_ACCESS: new_id()}
    if attempt.roles is not None:
        token = issuer.token(*attempt.roles, subject=new_id(), patient_id=attempt.patient_id)
        headers["Authorization"] = f"Bearer {token}"
    path = f"{attempt.path}?{attempt.query}"
    response = await client.request(attempt.route.partition(" ")[0], path, headers=headers)
    return response.status_code < 400 or response.json()["code"] not in REFUSALS


async def wrongly_answered_doors(app: FastAPI, client: httpx.AsyncClient, issuer: DevelopmentIssuer) -> list[str]:
    """As `wrongly_let_in`, over HTTP with real tokens: a sample of the attempts, of each route some."""
    table: RouteTable = app.state.routes
    by_route: dict[str, list[Attempt]] = {}
    for attempt in every_attempt(table):
        if not attempt.path.startswith(PREFIX) and attempt.access in {Access.NONE, Access.OVER}:
            by_route.setdefault(attempt.route, []).append(attempt)
    chosen = random.Random(len(by_route))  # noqa: S311 - the same sample for the same routes
    sample = [each for attempts in by_route.values() for each in chosen.sample(attempts, TRIED_OVER_HTTP)]
    return [str(each) for each in sample if await knock(client, issuer, each) is not each.admitted]
