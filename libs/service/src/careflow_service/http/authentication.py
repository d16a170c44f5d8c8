"""The door: every request is matched to its row, its caller made known, and let in or refused, before its body is read.

Invariants: a request reaches a guarded route only through `Door`; refusing is the default; a refusal of a known caller
is audited, by the door or by the use case, with the object; a caller acts in those roles only that the row lets in. An
emergency access counts for a call that names it, where the row says so, and for nothing else; before a page, where the
browser names it, for nobody whom their role lets in. A form is taken from our own pages alone.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, NoReturn, Protocol

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careflow_service.http.access import Rule
from careflow_service.http.errors import faults_of, problem_for
from careflow_service.http.limits import CallerLimits, client_of
from careflow_service.http.routes import SCOPE_KEY, UUID, Call, Entry, RouteTable
from careflow_service.identity import Actor
from careflow_service.oversight import InEmergency, Oversight, Shown, overseen
from careflow_service.pages import PREFIX
from careflow_service.pages.logins import login_of
from careflow_service.pages.named_access import access_named
from careflow_service.pages.sent_from import sent_from_here
from careflow_service.pages.sittings import sitting_of
from careflow_service.problems import (
    EMERGENCY_ACCESS_OVER,
    FORBIDDEN,
    INVALID_REQUEST,
    LOGIN_NEEDED,
    NOT_FOUND,
    RATE_LIMITED,
    TOKEN_EXPIRED,
    UNAUTHENTICATED,
    Problem,
    ProblemType,
)
from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log
from careflow_service.tokens import TokenRefused

EMERGENCY_ACCESS: Final = "careflow-emergency-access"
"""The header by which a call names the emergency access it reads under."""
_BEARER: Final = "bearer "
_IS_OBJECT: Final = re.compile(f"[a-z-]+/{UUID}")


class Verifier(Protocol):
    """Tells who a token speaks for; raises `TokenRefused`."""

    async def verify(self, token: str) -> Actor: ...


class StaffVerifier(Verifier, Protocol):
    """Tells who of the clinic sits before a page, and keeps them there while they work."""

    def keeping(self, scope: Scope, send: Send) -> Send:
        """Sends an answer that also says that its reader was here."""
        ...


AuditDenial = Callable[[Actor, str, Sequence[str]], Awaitable[None]]
"""Writes down that this caller was refused this route, named by its template, and these objects. What else was asked
for stays out of it.
"""

AuditShown = Callable[[Shown], Awaitable[None]]
"""Writes down what an answer shows, and to whom."""

Emergencies = Callable[[str, str], Awaitable[InEmergency | None]]
"""What the emergency access of this id lets this person read; None where it is not theirs, or over."""


class Door:
    """Resolves the route, authenticates, applies the access table, and lets no answer out that was not seen to.

    Whoever calls a route has a bearer token; a patient before a page has what `visitors` verifies, and whoever works
    at the clinic what `logins` does.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: RouteTable,
        verifier: Verifier,
        audit: AuditDenial,
        shown: AuditShown,
        visitors: Verifier | None = None,
        logins: StaffVerifier | None = None,
        emergencies: Emergencies | None = None,
        limits: CallerLimits | None = None,
    ) -> None:
        self._app = app
        self._routes = routes
        self._verifier = verifier
        self._visitors = visitors
        self._logins = logins
        self._audit = audit
        self._shown = shown
        self._emergencies = emergencies
        self._limits = limits or CallerLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._routes.resolve(scope["method"], scope["path"])
        scope[SCOPE_KEY] = call
        rule = call.entry.rule
        if rule is None:
            return await self._app(scope, receive, send)
        if call.entry.method == "POST" and scope["path"].startswith(PREFIX) and not sent_from_here(scope):
            metrics.DENIALS.labels(reason=FORBIDDEN.code).inc()
            raise Problem(FORBIDDEN)
        query = QueryParams(scope["query_string"])
        caller, in_emergency = await self._admit(call, rule, scope, query)
        _check_names(call.entry, query)
        call.roles = caller.roles
        call.actor = caller if rule.public else caller.within(rule.open_to)
        if in_emergency is not None:
            call.actor = caller.in_emergency(rule.open_to | rule.emergency)
        call.still_admitted = partial(self._still_admits, call, rule, scope, query)
        oversight = Oversight(
            asks_whose=rule.asks_whose(call.actor, query),
            is_audited=call.entry.method == "GET" and not rule.impersonal,
            gathers=True,
            in_emergency=in_emergency,
        )
        with overseen(oversight):
            try:
                await self._app(scope, receive, self._once_seen_to(oversight, self._keeping(scope, rule, send)))
            except Exception as error:
                if _is_denial(error, call.actor):
                    await self._write_down(caller, call, oversight.refused)
                raise

    def _once_seen_to(self, oversight: Oversight, send: Send) -> Send:
        """Sends an answer once what it shows is written down, in one entry."""

        async def seen_to(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] < 400:
                    oversight.confirm()
                for shown in oversight.gathered():
                    await self._shown(shown)
            await send(message)

        return seen_to

    def _keeping(self, scope: Scope, rule: Rule, send: Send) -> Send:
        """Whoever works with a page stays logged in."""
        on_a_page = rule.roles and scope["path"].startswith(PREFIX)
        return self._logins.keeping(scope, send) if on_a_page and self._logins is not None else send

    async def _admit(
        self, call: Call, rule: Rule, scope: Scope, query: Mapping[str, str]
    ) -> tuple[Actor, InEmergency | None]:
        """Who calls, and under which emergency access they read."""
        if call.entry.limiter is not None:
            _confirm_rate(call, call.entry.limiter.take(client_of(scope)))
            return Actor.public(), None
        actor = await self._authenticate(scope, rule)
        _confirm_rate(call, self._limits.take(actor))
        admitted = rule.admits(actor, call.path_params, query)
        if rule.widens_for(actor) and (named := _access_named(scope, admitted=admitted)) is not None:
            return actor, await self._in_emergency(named, call, actor)
        if not admitted:
            call.may_be_opened = rule.widens_for(actor)
            await self._refuse(actor, call, FORBIDDEN)
        return actor, None

    async def _in_emergency(self, named: str, call: Call, actor: Actor) -> InEmergency:
        """What the access that the call names lets them read; what is in the path must be its patient's."""
        found = await self._emergencies(named, actor.id) if self._emergencies is not None else None
        if found is None:
            call.may_be_opened = True
            await self._refuse(actor, call, EMERGENCY_ACCESS_OVER)
        if call.path_params.get("patient_id", found.patient_id) != found.patient_id:
            await self._refuse(actor, call, FORBIDDEN)
        return found

    async def _refuse(self, actor: Actor, call: Call, kind: ProblemType) -> NoReturn:
        metrics.DENIALS.labels(reason=kind.code).inc()
        await self._write_down(actor, call)
        raise Problem(kind)

    async def _still_admits(self, call: Call, rule: Rule, scope: Scope, query: Mapping[str, str]) -> bool:
        """Whether what the caller came in by would let them in now, as the same one."""
        try:
            now = await self._authenticate(scope, rule)
        except Problem:
            return False
        return call.actor is not None and now.id == call.actor.id and rule.admits(now, call.path_params, query)

    async def _authenticate(self, scope: Scope, rule: Rule) -> Actor:
        if scope["path"].startswith(PREFIX):
            if rule.roles:
                return await _before_a_page(login_of(scope), self._logins, LOGIN_NEEDED)
            return await _before_a_page(sitting_of(scope), self._visitors, UNAUTHENTICATED)
        authorization = Headers(scope=scope).get("authorization", "")
        if not authorization[: len(_BEARER)].lower() == _BEARER:
            raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
        try:
            return await self._verifier.verify(authorization[len(_BEARER) :].strip())
        except TokenRefused as refused:
            kind = TOKEN_EXPIRED if refused.expired else UNAUTHENTICATED
            metrics.DENIALS.labels(reason=kind.code).inc()
            raise Problem(kind, headers={"WWW-Authenticate": f'Bearer error="{refused.error}"'}) from None

    async def _write_down(self, actor: Actor, call: Call, refused: Sequence[str] = ()) -> None:
        route = call.entry.key
        try:
            await self._audit(actor, route, [*call.objects(), *filter(_IS_OBJECT.fullmatch, refused)])
        except Exception as error:
            # The refusal stands whether or not it could be written down.
            log.error("denial_not_audited", route=route, error_class=type(error).__name__)


def _access_named(scope: Scope, *, admitted: bool) -> str | None:
    """The emergency access a call names: by its header, before a page by what the browser keeps of it."""
    if not scope["path"].startswith(PREFIX):
        return Headers(scope=scope).get(EMERGENCY_ACCESS)
    return None if admitted else access_named(scope)


async def _before_a_page(token: str | None, verifier: Verifier | None, otherwise: ProblemType) -> Actor:
    """Whom a browser's `token` names; raises the problem `otherwise`."""
    if token is None or verifier is None:
        raise Problem(otherwise)
    try:
        return await verifier.verify(token)
    except TokenRefused:
        metrics.DENIALS.labels(reason=otherwise.code).inc()
        raise Problem(otherwise) from None


def _is_denial(error: Exception, actor: Actor) -> bool:
    """A patient who is told that something does not exist may have asked for another's."""
    status = problem_for(error).kind.status
    return status == FORBIDDEN.status or (status == NOT_FOUND.status and actor.is_patient)


def _check_names(entry: Entry, query: Mapping[str, str]) -> None:
    """A filter that is misspelt would be none at all, and the answer about everybody. Links to pages, and what anybody
    may call, are passed on by others who add names of their own. Raises the problem `invalid_request`.
    """
    if entry.rule is None or entry.rule.public or entry.template.startswith(PREFIX):
        return
    unknown = [{"type": "extra_forbidden", "loc": ("query", name)} for name in query if name not in entry.query]
    if unknown:
        raise Problem(INVALID_REQUEST, extra={"errors": faults_of(unknown)})


def _confirm_rate(call: Call, wait: int | None) -> None:
    """Raises the problem `rate_limited` where a client has to wait for so many seconds."""
    if wait is not None:
        metrics.RATE_LIMITED.labels(route=call.entry.key).inc()
        raise Problem(RATE_LIMITED, headers={"Retry-After": str(wait)})
