"""Records spans and sends them to a collector: the extra `otlp`, loaded only where an endpoint is configured.

Invariant: an exported span has the attributes of `ALLOWED_ATTRIBUTES` and no others, no recorded exception and no
status text; and a collector that is away or hangs keeps no process from ending in time.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

SEND_WITHIN_SECONDS: Final = 2.0
"""How long a collector may take for one batch, tries included, and how long batches are begun once it is the end."""
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


@dataclass(frozen=True, slots=True)
class Exporting:
    """Spans on their way to a collector."""

    provider: TracerProvider
    exporter: "ListedAttributesExporter"

    def end(self) -> None:
        """Sends what is left, for a short while."""
        self.exporter.give_up_after(SEND_WITHIN_SECONDS)
        self.provider.shutdown()


def exporting_to(endpoint: str, *, service: str) -> Exporting:
    """Sends spans to the collector at `endpoint`, cut down to what may leave the process."""
    provider = recording(service=service)
    sending = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_WITHIN_SECONDS)
    exporter = ListedAttributesExporter(sending)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Exporting(provider, exporter)


class ListedAttributesExporter(SpanExporter):
    """Hands spans on without anything that is not listed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._gives_up_at = float("inf")

    def give_up_after(self, seconds: float) -> None:
        """From then on what is handed over is thrown away."""
        self._gives_up_at = time.monotonic() + seconds

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if time.monotonic() > self._gives_up_at:
            return SpanExportResult.FAILURE
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
