"""Who may call what: one row per route, deny by default.

Each service's `access.py` is the whole table `"METHOD /v1/template" -> Rule`. Invariant: a route without a row, and a
row without a route, keep the service from starting; `decide` is the only place where a role opens a door.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from careflow_service.http.limits import Rate
from careflow_service.identity import Actor, Role


@dataclass(frozen=True, slots=True)
class Rule:
    """Who one route lets in.

    `roles` may call it; `own` names the path parameter that must be the calling patient's own id for a patient to call
    it; `rate` marks a public route, open to everyone within that rate per client.
    """

    roles: frozenset[Role] = frozenset()
    own: str | None = None
    rate: Rate | None = None

    @property
    def public(self) -> bool:
        return self.rate is not None

    def admits(self, actor: Actor, path_params: Mapping[str, str]) -> bool:
        """Whether this caller may call the route with these path parameters."""
        if self.public or actor.has(*self.roles):
            return True
        return (
            self.own is not None
            and actor.has(Role.PATIENT)
            and actor.patient_id is not None
            and path_params.get(self.own) == actor.patient_id
        )


AccessTable = Mapping[str, Rule]


def allow(*roles: Role, own: str | None = None) -> Rule:
    """Let these roles in, and with `own` a patient whose id is that path parameter.

    Naming `Role.PATIENT` among the roles lets every patient in: the use case then checks whose object it is.
    """
    if not roles and own is None:
        raise ValueError("a rule must let someone in; leave the route out instead")
    if forbidden := {Role.PUBLIC, Role.SYSTEM}.intersection(roles):
        raise ValueError(f"no caller has the role {min(forbidden)}; a route for everyone is `public(...)`")
    if own is not None and Role.PATIENT in roles:
        raise ValueError("`own` means nothing where every patient is let in")
    return Rule(roles=frozenset(roles), own=own)


def public(*, rate: str) -> Rule:
    """Let everyone in without a token, each client at most this often, such as `"10/minute"`."""
    return Rule(rate=Rate.parse(rate))


OPS: AccessTable = {
    "GET /ops/drain": allow(Role.OPERATOR),
    "GET /ops/parked": allow(Role.OPERATOR),
    "POST /ops/parked/replay": allow(Role.OPERATOR),
    "POST /ops/parked/discard": allow(Role.OPERATOR),
    "POST /ops/parked/accept-gap": allow(Role.OPERATOR),
    "GET /ops/consumer": allow(Role.OPERATOR),
    "POST /ops/consumer/resume": allow(Role.OPERATOR),
}
"""The rows of the operators' routes, the same in every service."""

GUARDED_PREFIXES = ("/v1/", "/ops/")


class AccessTableMismatch(Exception):
    """The access table and the routes differ; the message names every difference."""


def check_table(table: AccessTable, routes: Iterable[str]) -> None:
    """Refuse a guarded route without a row, a row without a route, and an `own` that is no path parameter.

    `routes` are the guarded ones as `"METHOD /template"`. Raises `AccessTableMismatch`.
    """
    known = set(routes)
    complaints = [f"{route} has no row in the access table" for route in sorted(known - table.keys())]
    complaints += [f"the access table's row {row} has no route" for row in sorted(table.keys() - known)]
    complaints += [
        f"{row} says own={rule.own!r}, which is not in its path"
        for row, rule in sorted(table.items())
        if rule.own is not None and f"{{{rule.own}}}" not in row
    ]
    if complaints:
        raise AccessTableMismatch("; ".join(complaints))
