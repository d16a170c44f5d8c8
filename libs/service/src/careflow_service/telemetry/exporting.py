"""Records spans and sends them to a collector: the extra `otlp`, loaded only where an endpoint is configured.

Invariant: an exported span has the attributes of `ALLOWED_ATTRIBUTES` and no others, no recorded exception and no
status text.
"""

from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

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


def recording(*, service: str) -> TracerProvider:
    """Makes spans real; where they go is added to it."""
    return TracerProvider(resource=Resource.create({SERVICE_NAME: f"careflow-{service}"}))


def exporting_to(endpoint: str, *, service: str) -> TracerProvider:
    """Sends spans to the collector at `endpoint`, cut down to what may leave the process."""
    provider = recording(service=service)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(ListedAttributesExporter(exporter)))
    return provider


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
