"""The door: every request is matched to its row, its caller made known, and let in or refused, before its body is read.

Invariant: a request reaches a guarded route only through `Door`; refusing is the default, and a refusal of a known
caller is audited.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from careflow_service.http.access import Rule
from careflow_service.http.limits import client_of
from careflow_service.http.routes import SCOPE_KEY, Call, RouteTable
from careflow_service.identity import Actor
from careflow_service.problems import FORBIDDEN, RATE_LIMITED, TOKEN_EXPIRED, UNAUTHENTICATED, Problem
from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log
from careflow_service.tokens import TokenRefused

_BEARER = "bearer "


class Verifier(Protocol):
    """Tells who a bearer token speaks for; raises `TokenRefused`."""

    async def verify(self, token: str) -> Actor: ...


AuditDenial = Callable[[Actor, str], Awaitable[None]]
"""Writes down that this caller was refused this route, named by its template: what was asked for stays out of it."""


class Door:
    """Resolves the route, authenticates, and applies the access table."""

    def __init__(self, app: ASGIApp, *, routes: RouteTable, verifier: Verifier, audit: AuditDenial) -> None:
        self._app = app
        self._routes = routes
        self._verifier = verifier
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._routes.resolve(scope["method"], scope["path"])
        scope[SCOPE_KEY] = call
        if call.entry.rule is not None:
            call.actor = await self._admit(call, call.entry.rule, scope)
        await self._app(scope, receive, send)

    async def _admit(self, call: Call, rule: Rule, scope: Scope) -> Actor:
        if call.entry.limiter is not None:
            _limit(call, client_of(scope))
            return Actor.public()
        actor = await self._authenticate(scope)
        if not rule.admits(actor, call.path_params):
            await self._deny(actor, call.entry.key)
        return actor

    async def _authenticate(self, scope: Scope) -> Actor:
        authorization = Headers(scope=scope).get("authorization", "")
        if not authorization[: len(_BEARER)].lower() == _BEARER:
            raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
        try:
            return await self._verifier.verify(authorization[len(_BEARER) :].strip())
        except TokenRefused as refused:
            kind = TOKEN_EXPIRED if refused.expired else UNAUTHENTICATED
            metrics.DENIALS.labels(reason=kind.code).inc()
            raise Problem(kind, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None

    async def _deny(self, actor: Actor, route: str) -> None:
        metrics.DENIALS.labels(reason=FORBIDDEN.code).inc()
        try:
            await self._audit(actor, route)
        except Exception as error:
            # The refusal stands whether or not it could be written down.
            log.error("denial_not_audited", route=route, error_class=type(error).__name__)
        raise Problem(FORBIDDEN)


def _limit(call: Call, client: str) -> None:
    assert call.entry.limiter is not None
    wait = call.entry.limiter.take(client)
    if wait is not None:
        metrics.RATE_LIMITED.labels(route=call.entry.key).inc()
        raise Problem(RATE_LIMITED, headers={"Retry-After": str(wait)})
