"""The outermost layer: every request is given an id and a trace, and leaves as one answer, one log line, one metric.

Invariant: no exception passes this layer unless part of the answer was already sent; a request's path, query and body
are in none of what it records.
"""

from time import perf_counter
from typing import TYPE_CHECKING, Final

from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careflow_service.http.access import GUARDED_PREFIXES
from careflow_service.http.errors import problem_for, render
from careflow_service.http.routes import Call
from careflow_service.ids import new_id
from careflow_service.pages import PREFIX
from careflow_service.problems import INTERNAL
from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log
from careflow_service.telemetry.tracing import current_traceparent, spanning
from careflow_service.work import Cause, caused_by

if TYPE_CHECKING:
    from careflow_service.pages.site import Site

UNMATCHED = "unmatched"
REQUEST_ID_KEY = "careflow.request_id"
PROBLEM_KEY = "careflow.problem"
SITE_KEY = "careflow.site"
NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")
"""Every answer is what it says it is, also where no edge stands before a service."""
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Edge:
    """Observes requests and turns what goes wrong in them into problems; on pages, into what a reader understands."""

    def __init__(self, app: ASGIApp, *, site: "Site | None" = None) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request_id = scope[REQUEST_ID_KEY] = new_id()
        scope[SITE_KEY] = self._site if scope["path"].startswith(PREFIX) else None
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"
        attributes = {"http.request.method": method, "careflow.request_id": request_id}
        traceparent = Headers(scope=scope).get("traceparent")
        with (
            metrics.HTTP_IN_FLIGHT.track_inprogress(),
            spanning(method, kind=SpanKind.SERVER, traceparent=traceparent, attributes=attributes) as span,
            caused_by(Cause(id=request_id, traceparent=current_traceparent())),
        ):
            exchange = _Exchange(scope, send)
            try:
                await self._app(scope, receive, exchange.send)
            except Exception as error:
                await exchange.fail(error, receive)
            finally:
                exchange.record(span)


class _Exchange:
    """One request and what became of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._began = perf_counter()
        self._status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message).setdefault(*NO_SNIFFING)
        await self._send(message)

    async def fail(self, error: Exception, receive: Receive) -> None:
        if self._status is not None:
            raise error
        response = answer_error(self._scope, error)
        await response(self._scope, receive, self.send)

    def record(self, span: Span) -> None:
        seconds = perf_counter() - self._began
        call = Call.of(self._scope)
        route = call.entry.key if call is not None else UNMATCHED
        # Without a status the reader left before the answer began.
        status = self._status or 499
        metrics.HTTP_REQUESTS.labels(route=route, status=str(status)).inc()
        metrics.HTTP_SECONDS.labels(route=route).observe(seconds)
        if call is not None:
            span.update_name(call.entry.key)
            span.set_attribute("http.route", call.entry.template)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        say = log.info if call is None or call.entry.template.startswith(GUARDED_PREFIXES) else log.debug
        say(
            "request",
            route=route,
            status=status,
            code=self._scope.get(PROBLEM_KEY),
            duration_ms=round(seconds * 1000, 1),
            request_id=self._scope[REQUEST_ID_KEY],
        )


def answer_error(scope: Scope, error: Exception) -> Response:
    """Render `error`, note its code for the request's log line, and log what we did not expect."""
    request_id = scope[REQUEST_ID_KEY]
    problem = problem_for(error)
    scope[PROBLEM_KEY] = problem.kind.code
    if problem.kind is INTERNAL:
        log.error("request_failed", exc_info=error, request_id=request_id)
    site: Site | None = scope[SITE_KEY]
    if site is not None:
        return site.problem(scope, problem)
    return render(problem, instance=f"careflow:requests/{request_id}")
