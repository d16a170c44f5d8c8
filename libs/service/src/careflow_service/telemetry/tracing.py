"""One trace from a request through the outbox and Kafka to every reaction.

The trace context travels as the `traceparent` of the event's envelope: the HTTP edge starts or continues a trace, the
transaction stores its traceparent with the outbox row, the consumer continues from it. That needs ids and no more:
spans are recorded (`exporting.py`) only where an endpoint is configured to send them to.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from careflow_events import telemetry

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("careflow_service")


class ExporterMissing(Exception):
    """Spans are to be exported by an installation that cannot."""


def configure_tracing(*, service: str, endpoint: str | None) -> Callable[[], None]:
    """Record the spans of this process and export them, when there is an endpoint (OTLP over HTTP). Answers what sends
    the last of them when the process ends. Raises ExporterMissing.
    """
    if endpoint is None:
        return _nothing_to_send
    try:
        from careflow_service.telemetry.exporting import exporting_to
    except ModuleNotFoundError as error:
        raise ExporterMissing(
            f"CAREFLOW_OTLP_ENDPOINT is set, but {error.name} is not installed: install careflow-{service}[otlp]"
        ) from None
    exporting = exporting_to(endpoint, service=service)
    trace.set_tracer_provider(exporting.provider)
    return exporting.end


def _nothing_to_send() -> None:
    """Nothing was recorded."""


@contextmanager
def spanning(name: str, *, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str]) -> Iterator[Span]:
    """A span that continues `traceparent`, or begins a trace. An exception marks it failed, by its class only."""
    with telemetry.spanning(_TRACER, name, kind=kind, traceparent=traceparent, attributes=attributes) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
            raise


def current_traceparent() -> str | None:
    """The W3C traceparent of what is being done now, to be stored with what it publishes."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def current_ids() -> dict[str, str]:
    """The ids a log entry carries so that it can be found from its trace and the trace from it."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}
