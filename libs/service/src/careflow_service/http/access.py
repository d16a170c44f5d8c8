"""Who may call what: one row per route, deny by default.

Each service's `access.py` is the whole table `"METHOD /v1/template" -> Rule`: which roles, and what of it is a
patient's own. Invariants: a route without a row, and a row without a route, keep the service from starting; `admits` is
the only place where a role opens a door; a patient reaches nothing but by an `Own`, except where nobody is in it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from careflow_events.topics import Classification, Topic
from careflow_service.emergency.accesses import REVIEWERS
from careflow_service.http.limits import Rate
from careflow_service.identity import NEVER_GRANTED, Actor, Role
from careflow_service.pages import PREFIX
from careflow_service.pages.ways import GOERS

NO_QUERY: Final[Mapping[str, str]] = {}


class Where(StrEnum):
    """How a request says whose it is."""

    PATH = "path"
    """The patient's id is in the path: the door compares it."""
    OBJECT = "object"
    """Something of a patient is named in the path: the use case finds out whose and asks `check_own`."""
    QUERY = "query"
    """The patient's id is in the query: as above."""
    BODY = "body"
    """The patient's id, or something of theirs, is in the body: as above."""
    CALLER = "caller"
    """The request names nobody: it is about whoever makes it."""


@dataclass(frozen=True, slots=True)
class Own:
    """What makes a request a patient's own: the name of the parameter or field, and where it is. `optional`: without it
    the request is about nobody.
    """

    where: Where
    name: str
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.where.value} {self.name}".strip()


def by_path(name: str) -> Own:
    """The patient's own id in the path."""
    return Own(Where.PATH, name)


def by_object(name: str) -> Own:
    """Something of the patient's own, by its id in the path."""
    return Own(Where.OBJECT, name)


def by_caller() -> Own:
    """What is the patient's own because they ask."""
    return Own(Where.CALLER, "")


def by_query(name: str, *, optional: bool = False) -> Own:
    """The patient's own id in the query."""
    return Own(Where.QUERY, name, optional)


def by_body(name: str) -> Own:
    """The patient's own id, or something of their own, in the body."""
    return Own(Where.BODY, name)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who one route lets in.

    `roles` may call it; `own` says what a patient may call it for; `impersonal` that nothing about any patient is in
    the answer; `rate` marks a public route, open to everyone within that rate per client. `emergency` may read it under
    an emergency access to the patient it is about, all of it where they otherwise see less.
    """

    roles: frozenset[Role] = frozenset()
    own: Own | None = None
    impersonal: bool = False
    rate: Rate | None = None
    emergency: frozenset[Role] = frozenset()

    @property
    def public(self) -> bool:
        return self.rate is not None

    @property
    def open_to(self) -> frozenset[Role]:
        """The roles that are let in for something; a patient for their own."""
        return self.roles if self.own is None else self.roles | {Role.PATIENT}

    def admits(self, actor: Actor, path_params: Mapping[str, str], query: Mapping[str, str] = NO_QUERY) -> bool:
        """Whether this caller may call the route with these path parameters and this query. What is in the body, and
        whose an object is, the use case finds out.
        """
        if self.public or actor.has(*self.roles):
            return True
        if self.own is None or not actor.is_patient or actor.patient_id is None:
            return False
        match self.own.where:
            case Where.PATH:
                return path_params.get(self.own.name) == actor.patient_id
            case Where.QUERY:
                return self.own.optional or self.own.name in query
            case Where.OBJECT | Where.BODY | Where.CALLER:
                return True

    def widens_for(self, actor: Actor) -> bool:
        """Whether an emergency access lets this caller read more by this row."""
        return actor.has(*self.emergency)

    def asks_whose(self, actor: Actor, query: Mapping[str, str] = NO_QUERY) -> bool:
        """Whether a use case must have asked whose it is before this caller is answered."""
        if self.own is None or self.own.where in {Where.PATH, Where.CALLER} or not actor.is_patient:
            return False
        return not self.own.optional or self.own.name in query


AccessTable = Mapping[str, Rule]
IN_EMERGENCIES: Final = frozenset(
    {Role.COORDINATOR, Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.WELLNESS, Role.BILLER, Role.MEDICAL_DIRECTOR}
)
"""Who may ever be let read more in an emergency: people who meet patients. No patient, no machine, nobody who runs or
oversees the system.
"""


def allow(*roles: Role, own: Own | None = None, impersonal: bool = False, emergency: Collection[Role] = ()) -> Rule:
    """Let these roles in, and with `own` a patient for what is their own.

    `impersonal`: no patient's data is in what it answers, so reading it is not audited; only there `Role.PATIENT` may
    be named and lets every patient in. `emergency`: people of the clinic whom an emergency access lets read it.
    """
    if not roles and own is None:
        raise ValueError("a rule must let someone in; leave the route out instead")
    if forbidden := NEVER_GRANTED.intersection((*roles, *emergency)):
        raise ValueError(f"no caller has the role {min(forbidden)}; a route for everyone is `public(...)`")
    if Role.PATIENT in roles and (own is not None or not impersonal):
        raise ValueError("say by `own` what a patient reaches; every patient is let in only where nobody is in it")
    if emergency and (impersonal or not IN_EMERGENCIES.issuperset(emergency)):
        raise ValueError("an emergency access is for people of the clinic who read of a patient")
    return Rule(roles=frozenset(roles), own=own, impersonal=impersonal, emergency=frozenset(emergency))


def public(*, rate: str) -> Rule:
    """Let everyone in without a token, each client at most this often, such as `"10/minute"`."""
    return Rule(rate=Rate.parse(rate), impersonal=True)


OPS: AccessTable = {
    "GET /ops/webhooks": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/webhooks/{webhook_id}/disable": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/webhooks/{webhook_id}/enable": allow(Role.OPERATOR, impersonal=True),
    "GET /ops/drain": allow(Role.OPERATOR, impersonal=True),
    "GET /ops/parked": allow(Role.OPERATOR),
    "POST /ops/parked/replay": allow(Role.OPERATOR),
    "POST /ops/parked/discard": allow(Role.OPERATOR),
    "POST /ops/parked/accept-gap": allow(Role.OPERATOR),
    "GET /ops/consumer": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/consumer/pause": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/consumer/start-at": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/consumer/resume": allow(Role.OPERATOR),
    "GET /ops/outbox": allow(Role.OPERATOR, impersonal=True),
    "GET /ops/outbox/refeeds": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/outbox/refeed": allow(Role.OPERATOR, impersonal=True),
    "GET /ops/restore": allow(Role.OPERATOR, impersonal=True),
    "GET /ops/restore/orphans": allow(Role.OPERATOR),
    "GET /ops/restore/orphans/counts": allow(Role.OPERATOR),
    "POST /ops/restore/finish": allow(Role.OPERATOR, impersonal=True),
    "POST /ops/trace": allow(Role.OPERATOR),
    "POST /ops/trace/told": allow(Role.OPERATOR),
    "GET /ops/audit": allow(Role.OPERATOR, Role.AUDITOR, impersonal=True),
    "GET /ops/audit/seals/{number}": allow(Role.OPERATOR, Role.AUDITOR, impersonal=True),
    "GET /ops/audit/verify": allow(Role.OPERATOR, Role.AUDITOR),
    "POST /ops/audit/search": allow(Role.OPERATOR, Role.AUDITOR),
}
"""The rows of the operators' and auditors' routes, the same in every service."""

FEED: Final = "GET /v1/events"
EVENT_READERS: Final[Mapping[Classification, Role]] = {
    Classification.OPERATIONAL: Role.EVENTS_OPERATIONAL,
    Classification.SAFETY: Role.EVENTS_SAFETY,
    Classification.FINANCIAL: Role.EVENTS_FINANCIAL,
}
"""Who reads the events of each class over HTTP: machines, and nobody else."""


WEBHOOKS: Final = (
    "GET /v1/webhooks",
    "POST /v1/webhooks",
    "GET /v1/webhooks/{webhook_id}",
    "PUT /v1/webhooks/{webhook_id}",
    "DELETE /v1/webhooks/{webhook_id}",
    "POST /v1/webhooks/{webhook_id}/pause",
    "POST /v1/webhooks/{webhook_id}/confirm",
    "POST /v1/webhooks/{webhook_id}/resume",
    "POST /v1/webhooks/{webhook_id}/secrets",
    "POST /v1/webhooks/{webhook_id}/tests",
    "POST /v1/webhooks/{webhook_id}/replays",
    "GET /v1/webhooks/{webhook_id}/deliveries",
    "GET /v1/webhooks/{webhook_id}/held-streams",
)


def machines_of(topics: Iterable[Topic]) -> AccessTable:
    """The rows of the routes that show, or push, a service's own events, open to whoever reads any class of these
    topics; none for a service that says nothing. Of a webhook nothing about any patient is shown.
    """
    readers = {EVENT_READERS[topic.classification] for topic in topics}
    if not readers:
        return {}
    return {FEED: allow(*readers), **{row: allow(*readers, impersonal=True) for row in WEBHOOKS}}


def emergencies_of(access: AccessTable) -> AccessTable:
    """The rows of the routes of emergency accesses, for a service with rows that one widens; none for any other."""
    openers = frozenset[Role]().union(*(rule.emergency for rule in access.values()))
    if not openers:
        return {}
    return {
        "POST /v1/patients/{patient_id}/emergency-accesses": allow(*openers),
        "POST /v1/emergency-accesses/{access_id}/close": allow(*openers, *REVIEWERS),
        "POST /v1/emergency-accesses/{access_id}/review": allow(*REVIEWERS),
        "GET /v1/emergency-accesses": allow(*REVIEWERS),
        "GET /v1/emergency-accesses/{access_id}": allow(*REVIEWERS),
        "GET /v1/emergency-accesses/{access_id}/reads": allow(*REVIEWERS),
    }


PATIENT_PAGE: Final = "GET /pages/patients/{patient_id}"
"""The one page that an emergency access opens: what a service knows of a patient."""


def opening_pages_of(access: AccessTable) -> AccessTable:
    """The rows of opening one from a patient's page, where that page is open in an emergency."""
    openers = access[PATIENT_PAGE].emergency if PATIENT_PAGE in access else ()
    if not openers:
        return {}
    return {
        "GET /pages/patients/{patient_id}/open-emergency": allow(*openers, impersonal=True),
        "POST /pages/patients/{patient_id}/open-emergency": allow(*openers),
        "POST /pages/patients/{patient_id}/close-emergency": allow(*openers),
    }


def emergency_pages_of(access: AccessTable) -> AccessTable:
    """The rows of the reviewers' pages and of opening one from a patient's, where a service has pages and rows that an
    emergency access widens.
    """
    if not emergencies_of(access):
        return {}
    return {
        **opening_pages_of(access),
        "GET /pages/emergencies": allow(*REVIEWERS),
        "GET /pages/emergencies/{access_id}": allow(*REVIEWERS),
        "POST /pages/emergencies/{access_id}/close": allow(*REVIEWERS),
        "POST /pages/emergencies/{access_id}/review": allow(*REVIEWERS),
    }


START: AccessTable = {"GET /pages/start": allow(*GOERS, impersonal=True)}
"""The row of the page on which staff begin, where a service has pages."""

OPERATIONS: AccessTable = {
    "GET /pages/operations": allow(Role.OPERATOR, impersonal=True),
    "GET /pages/operations/parked": allow(Role.OPERATOR),
    "POST /pages/operations/parked/{act}": allow(Role.OPERATOR),
    "POST /pages/operations/pause": allow(Role.OPERATOR, impersonal=True),
    "POST /pages/operations/resume": allow(Role.OPERATOR, impersonal=True),
    "POST /pages/operations/trace": allow(Role.OPERATOR),
}
"""The rows of the operators' page, where a service has pages."""

LOGIN: AccessTable = {
    "GET /pages/login": public(rate="60/minute"),
    "POST /pages/login": public(rate="10/minute"),
    "GET /pages/logged-in": public(rate="60/minute"),
    "POST /pages/logout": public(rate="60/minute"),
}
"""The rows of the way in for staff, where a service has pages."""

CATALOGUE: AccessTable = {
    "GET /pages/catalogue": public(rate="60/minute"),
    "GET /pages/catalogue/{name}": public(rate="60/minute"),
}
"""The rows of the catalogue of events, where a service has pages: there is nothing of anybody in it."""


def colleagues_of(*roles: Role) -> AccessTable:
    """The rows by which a colleague shows who they are at the device of somebody in these roles."""
    return {
        "GET /pages/colleague": allow(*roles, impersonal=True),
        "POST /pages/colleague": allow(*roles, impersonal=True),
        "GET /pages/colleague-gone": allow(*roles, impersonal=True),
    }


GUARDED_PREFIXES = ("/v1/", "/ops/", PREFIX)


class AccessTableMismatch(Exception):
    """The access table and the routes differ; the message names every difference."""


def check_table(table: AccessTable, routes: Iterable[str]) -> None:
    """Refuse a guarded route without a row, a row without a route, an `own` that is no path parameter, and a row that
    an emergency would let somebody change things by.

    `routes` are the guarded ones as `"METHOD /template"`. Raises `AccessTableMismatch`.
    """
    known = set(routes)
    complaints = [
        f"{route} has no row in the access table (entrypoints/http/access.py)" for route in sorted(known - table.keys())
    ]
    complaints += [f"the access table's row {row} has no route" for row in sorted(table.keys() - known)]
    complaints += [
        f"{row} says own={str(rule.own)!r}, which is not in its path"
        for row, rule in sorted(table.items())
        if rule.own is not None and rule.own.where in {Where.PATH, Where.OBJECT} and f"{{{rule.own.name}}}" not in row
    ]
    complaints += [
        f"{row} is open in an emergency, and is a page that no browser names one for"
        for row, rule in sorted(table.items())
        if rule.emergency and row.partition(" ")[2].startswith(PREFIX) and row != PATIENT_PAGE
    ]
    complaints += [
        f"{row} is open in an emergency, and does not only read"
        for row, rule in sorted(table.items())
        if rule.emergency and not row.startswith("GET ")
    ]
    if complaints:
        raise AccessTableMismatch("; ".join(complaints))


def record_share_pages(*roles: Role) -> AccessTable:
    """The rows by which a service's share of records is handed out in a browser."""
    return {
        "GET /pages/record-shares": allow(*roles),
        "GET /pages/record-shares/handed-out/{disclosure_id}": allow(*roles),
        "GET /pages/record-shares/handed-out/{disclosure_id}/copy": allow(*roles),
        "GET /pages/record-shares/wanted/{share_id}/{part}": allow(*roles),
        "POST /pages/record-shares/wanted/{share_id}/{part}": allow(*roles),
    }
