"""One trace from a request through the outbox and Kafka to every reaction.

The trace context travels as the `traceparent` of the event's envelope: the HTTP edge starts or continues a trace, the
transaction stores its traceparent with the outbox row, the consumer continues from it. Spans leave the process only
when an endpoint is configured. Invariant: an exported span has the attributes of `ALLOWED_ATTRIBUTES` and no others,
no recorded exception and no status text.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ALLOWED_ATTRIBUTES: Final = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "careflow.request_id",
        "careflow.event_id",
        "careflow.event_type",
        "careflow.outcome",
        "messaging.system",
        "messaging.operation.name",
        "messaging.operation",
        "messaging.destination.name",
        "messaging.destination_publish.name",
        "messaging.destination.partition.id",
        "messaging.consumer.group.name",
        "messaging.kafka.consumer.group",
        "messaging.kafka.destination.partition",
        "messaging.kafka.offset",
        "messaging.kafka.message.offset",
        "messaging.message.id",
        "messaging.message.body.size",
        "messaging.message.payload_size_bytes",
    }
)

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("careflow_service")


def configure_tracing(*, service: str, endpoint: str | None = None) -> TracerProvider:
    """Make spans real in this process, and export them when there is an endpoint (OTLP over HTTP).

    The provider is one per process: a second call gives the first one back.
    """
    installed = trace.get_tracer_provider()
    if isinstance(installed, TracerProvider):
        return installed
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"careflow-{service}"}))
    if endpoint is not None:
        # Brings an HTTP client of its own along, which a process that exports nothing need not load.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        export_to(provider, OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
    trace.set_tracer_provider(provider)
    return provider


def export_to(provider: TracerProvider, exporter: SpanExporter) -> None:
    """Export the spans of `provider`, cut down to what may leave the process."""
    provider.add_span_processor(BatchSpanProcessor(ListedAttributesExporter(exporter)))


class ListedAttributesExporter(SpanExporter):
    """Hands spans on without anything that is not listed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_listed(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _listed(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in ALLOWED_ATTRIBUTES},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


@contextmanager
def spanning(name: str, *, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str]) -> Iterator[Span]:
    """A span that continues `traceparent`, or begins a trace. An exception marks it failed, by its class only."""
    carrier = {} if traceparent is None else {"traceparent": traceparent}
    parent = _PROPAGATOR.extract(carrier, context=Context())
    with _TRACER.start_as_current_span(
        name,
        context=parent,
        kind=kind,
        attributes=dict(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
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
