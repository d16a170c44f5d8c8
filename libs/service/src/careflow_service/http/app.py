"""The one application factory: routes and access table in, a guarded, observed, documented application out.

Order of the layers, outermost first: `Edge` (trace, log, problems), `Door` (route, caller, access, rate), `BodyLimit`,
`After`, then FastAPI. Invariant: an application that would be wrong does not start: a route without a row, a row
without a route, a POST that is not idempotent, two routes of one name.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careflow_events.mongo import Arrivals, OwnerChanges
from careflow_service.http import emergencies, feed, webhooks
from careflow_service.http.access import (
    CATALOGUE,
    LOGIN,
    OPERATIONS,
    OPS,
    START,
    AccessTable,
    emergencies_of,
    emergency_pages_of,
    machines_of,
    opening_pages_of,
)
from careflow_service.http.after import After
from careflow_service.http.authentication import AuditDenial, Door, Verifier
from careflow_service.http.console import Console
from careflow_service.http.contract import contract_routes
from careflow_service.http.dependencies import idempotent_request, repeatable
from careflow_service.http.edge import Edge, answer_error
from careflow_service.http.health import Health, Heartbeat, health_of, health_routes
from careflow_service.http.hearing import hears_of
from careflow_service.http.limits import BodyLimit, CallerLimits
from careflow_service.http.live import LiveViews
from careflow_service.http.openapi import document, documented_routes, uses
from careflow_service.http.ops import ROUTERS as OPS_ROUTERS
from careflow_service.http.routes import RouteTable
from careflow_service.identity import Actor
from careflow_service.mongo.vault import BlindIndex
from careflow_service.service import Http, Resources, Service
from careflow_service.settings import ServiceSettings
from careflow_service.tokens import verifier_for

if TYPE_CHECKING:
    from careflow_service.pages.login_routes import WayIn
    from careflow_service.pages.site import Site

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


class RoutesWrong(Exception):
    """Routes break a rule every route keeps; the message names them."""


def create_app(
    service: Service[S, P, App],
    app: App,
    resources: Resources[S],
    *,
    verifier: Verifier | None = None,
    audit: AuditDenial | None = None,
    health: Health | None = None,
    limits: CallerLimits | None = None,
) -> FastAPI:
    """The ASGI application of `service`; raises `AccessTableMismatch` and `RoutesWrong`."""
    described = service.http()
    health = health or health_of(service, app, resources, Heartbeat())
    probes = health_routes(health)
    told = contract_routes(service.name)
    verifier = verifier or verifier_for(resources.settings)
    http, table = routed(service, described, service.ports(app), resources, [*probes, *told])
    http.state.application = app
    http.state.health = health
    site = http.state.site = _site(described, resources, service.name)
    way_in = http.state.way_in = _way_in(service.name, described, resources, verifier)
    http.state.routes = table
    http.user_middleware = [
        Middleware(Edge, site=site),
        Middleware(
            Door,
            routes=table,
            verifier=verifier,
            audit=audit or _audit_denial(resources),
            shown=resources.audit.shown,
            visitors=described.visitors(app) if described.visitors else None,
            logins=way_in.logins if way_in else None,
            emergencies=resources.emergency_accesses.under,
            limits=limits,
        ),
        Middleware(BodyLimit),
        Middleware(After, until=Arrivals(resources.database, service.name).until, topics=hears_of(service).topics),
    ]
    return http


def routed(
    service: Service[S, P, App],
    described: Http[App],
    ports: P,
    resources: Resources[S],
    inner: Sequence[Route] = (),
) -> tuple[FastAPI, RouteTable]:
    """The service's routes, those to its events and the operators', documented, with their table; `inner` are the inner
    network's own. Raises as `create_app` does.
    """
    http = FastAPI(
        title=described.title,
        version=described.version,
        description=described.description,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # FastAPI would answer these two itself; everything else reaches `Edge`.
        exception_handlers={HTTPException: _answer, RequestValidationError: _answer},
        # Its own spans and logs would hold addresses, queries and exception texts; Edge records what may be recorded.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    console = http.state.console = Console(service=service, ports=ports, resources=resources)
    http.state.feed = console.feed
    http.state.live = LiveViews(OwnerChanges(resources.database))
    machines = (feed.router, webhooks.router) if service.topics else ()
    opened = (emergencies.router,) if emergencies_of(described.access) else ()
    if opened and service.knows is None:
        raise RoutesWrong("rows are open in an emergency, and nothing says whom the service knows")
    for router in (*described.routers, *opened, *machines, *OPS_ROUTERS, *_of_pages(described)):
        # As they were declared: to include the router would make each of them a second time, which is most of what
        # making an application takes.
        http.routes.extend(router.routes)
    http.routes.extend(inner)
    _check_routes(http)
    table = RouteTable.of(http, access_of(service, described))
    http.openapi = lambda: document(http, table)  # type: ignore[method-assign] # how FastAPI documents replacing it
    return http, table


def access_of(service: Service[S, P, App], described: Http[App]) -> AccessTable:
    """The service's rows, those of emergency accesses, its events', the operators', and with pages those of the way in
    for staff and of the catalogue.
    """
    of_emergencies = emergencies_of(described.access)
    of_pages = {**START, **OPERATIONS, **LOGIN, **CATALOGUE, **emergency_pages_of(described.access)}
    of_site = of_pages if described.pages else {}
    return {**described.access, **of_emergencies, **machines_of(service.topics), **OPS, **of_site}


async def _answer(request: Request, error: Exception) -> Response:
    return answer_error(request.scope, error)


def _login_keys(blind_index: BlindIndex, name: str) -> list[bytes]:
    """Those of every key that counts, the current one first: who is logged in stays so while one follows another."""
    current = blind_index.of("staff_login", name)
    others = [each for each in blind_index.counting("staff_login", name) if each != current]
    return [bytes.fromhex(each) for each in (current, *others)]


def _of_pages(described: Http[Any]) -> tuple[APIRouter, ...]:
    if described.pages is None:
        return ()
    from careflow_service.pages import catalogue_routes, login_routes, opening, operations, starting
    from careflow_service.pages import emergencies as reviewing

    reviewed = (reviewing.router,) if emergencies_of(described.access) else ()
    opened = (opening.router,) if opening_pages_of(described.access) else ()
    return (login_routes.router, starting.router, catalogue_routes.router, operations.router, *reviewed, *opened)


def _way_in(name: str, described: Http[Any], resources: Resources[Any], verifier: Verifier) -> "WayIn | None":
    """How staff log in before the service's pages; None where there are none for them. Raises SettingsError."""
    if described.pages is None:
        return None
    from careflow_service.mongo.ended_logins import EndedLogins
    from careflow_service.pages.code_flow import code_flow_for
    from careflow_service.pages.login_routes import WayIn
    from careflow_service.pages.logins import Logins

    settings = resources.settings
    logins = Logins(
        lambda: _login_keys(resources.blind_index, name),
        ended=EndedLogins(resources.database),
        beside=settings.pages_beside(name),
    )
    code_flow = code_flow_for(settings)
    return WayIn(
        logins, resources.staff.came_in, verifier, code_flow, by_token=settings.in_development and code_flow is None
    )


def _site(described: Http[Any], resources: Resources[Any], name: str) -> "Site | None":
    if described.pages is None:
        return None
    # What pages are made with is not loaded where there are none.
    from careflow_service.pages.places import Places
    from careflow_service.pages.site import Site

    settings = resources.settings
    return Site(
        described.pages,
        service=name,
        places=Places(settings.clinic_name, settings.clinic_location_id, settings.clinic_location_names),
        zone=settings.clinic_timezone,
        clock=resources.clock,
        names=resources.staff,
        drafts=lambda: _login_keys(resources.blind_index, name),
    )


def _audit_denial(resources: Resources[Any]) -> AuditDenial:
    async def denied(actor: Actor, route: str, objects: Sequence[str]) -> None:
        await resources.audit.denied(actor, "call", route, *objects)

    return denied


def _may_be_repeated(dependant: Dependant) -> bool:
    return uses(dependant, idempotent_request) or uses(dependant, repeatable)


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """The route's own function and all its dependencies."""
    if dependant.call is not None:
        yield dependant.call
    for each in dependant.dependencies:
        yield from _calls(each)


def _check_routes(app: FastAPI) -> None:
    routes = list(documented_routes(app))
    complaints = [
        f"POST {route.path} asks neither for IdempotentRequest nor for Repeatable"
        for route in routes
        if "POST" in (route.methods or ()) and not _may_be_repeated(route.dependant)
    ]
    complaints += [
        f"{route.path} would read digits as a time in {field.alias}: Moment or Day do not"
        for route in routes
        for field in (*route.dependant.path_params, *route.dependant.query_params)
        if "date" in str(field.field_info.annotation) and not field.validate("0", {}, loc=(field.alias,))[1]
    ]
    complaints += [
        f"{route.path} has {call.__qualname__} run in a thread: make it a coroutine"
        for route in routes
        for call in _calls(route.dependant)
        if not iscoroutinefunction(call)
    ]
    names = Counter(route.name for route in routes)
    complaints += [f"{count} routes are named {name}" for name, count in names.items() if count > 1]
    if complaints:
        raise RoutesWrong("; ".join(complaints))
