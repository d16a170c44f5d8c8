"""Tries every route of a service as everybody: nobody, each role, a patient at their own and at another's.

`for attempt in every_route_by_role(app): assert (await knock(client, issuer, attempt)) is attempt.admitted`
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx
from fastapi import FastAPI

from careflow_service.http.access import Rule
from careflow_service.http.routes import Entry, RouteTable
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.problems import FORBIDDEN, TOKEN_EXPIRED, UNAUTHENTICATED
from careflow_service.tokens import DevelopmentIssuer

REFUSALS: Final = frozenset({UNAUTHENTICATED.code, TOKEN_EXPIRED.code, FORBIDDEN.code})
"""The codes the door itself refuses with; a use case that refuses has a code of its own."""
GRANTED: Final = tuple(role for role in Role if role not in {Role.SYSTEM, Role.PUBLIC})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody calls a route. `role` is None for a caller without a token; `own` says that a patient calls what is
    their own by the path.
    """

    route: str
    path: str
    role: Role | None
    patient_id: str | None
    own: bool
    admitted: bool

    def __str__(self) -> str:
        whose = "" if self.role is not Role.PATIENT else " own" if self.own else " other's"
        return f"{self.role or 'nobody'}{whose}: {self.route}"


def every_route_by_role(app: FastAPI) -> Iterator[Attempt]:
    """Every guarded route of an application made by `create_app`, times everybody, with what its row says."""
    table: RouteTable = app.state.routes
    for entry in table:
        if entry.rule is not None and not entry.rule.public:
            yield from _attempts(entry, entry.rule)


def _attempts(entry: Entry, rule: Rule) -> Iterator[Attempt]:
    yield Attempt(entry.key, _path(entry, rule, new_id()), None, None, own=False, admitted=False)
    for role in GRANTED:
        patient_id = new_id() if role is Role.PATIENT else None
        admitted = role in rule.roles
        yield Attempt(entry.key, _path(entry, rule, new_id()), role, patient_id, own=False, admitted=admitted)
        if patient_id is not None and rule.own is not None:
            yield Attempt(entry.key, _path(entry, rule, patient_id), role, patient_id, own=True, admitted=True)


def _path(entry: Entry, rule: Rule, patient_id: str) -> str:
    names = entry.pattern.groupindex
    return entry.template.format(**{name: patient_id if name == rule.own else new_id() for name in names})


async def knock(client: httpx.AsyncClient, issuer: DevelopmentIssuer, attempt: Attempt) -> bool:
    """Make the attempt; answers whether the door let it through, whatever the use case said then."""
    headers = {}
    if attempt.role is not None:
        token = issuer.token(attempt.role, patient_id=attempt.patient_id)
        headers["Authorization"] = f"Bearer {token}"
    response = await client.request(attempt.route.partition(" ")[0], attempt.path, headers=headers)
    return response.status_code < 400 or response.json()["code"] not in REFUSALS
