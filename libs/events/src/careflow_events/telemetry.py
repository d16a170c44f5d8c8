"""Tracing across Kafka: the trace that the outbox row carries goes on in the consumer.

Only the OpenTelemetry API is used. Without an SDK nothing is recorded, but all that is done has its ids for logs and
for the events it causes: invariant: a span continues the trace of its parent, or begins one, and its own id is new.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from careflow_events.envelope import Envelope

Spans = Callable[[Envelope], AbstractContextManager[None]]
"""Opens the span in which an event is handled."""

_TRACER: Final = trace.get_tracer("careflow_events")
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)


@contextmanager
def handling(event: Envelope) -> Iterator[None]:
    """A consumer span that continues the trace the event was committed in."""
    attributes = {"messaging.system": "kafka", "messaging.message.id": event.id}
    with spanning(_TRACER, event.type, kind=SpanKind.CONSUMER, traceparent=event.traceparent, attributes=attributes):
        yield


@contextmanager
def spanning(
    tracer: trace.Tracer, name: str, *, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str]
) -> Iterator[Span]:
    """A span of `tracer` that continues `traceparent`, or begins a trace. It records no exception: their texts may
    quote what an event or a request holds.
    """
    carrier = {} if traceparent is None else {"traceparent": traceparent}
    parent = _PROPAGATOR.extract(carrier, context=Context())
    span = tracer.start_span(name, context=parent, kind=kind, attributes=dict(attributes))
    if not span.is_recording():
        span = NonRecordingSpan(_next(trace.get_current_span(parent).get_span_context()))
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield span


def _next(parent: SpanContext) -> SpanContext:
    """The ids the SDK would give. Sampled unless the parent is not: a process further on may record."""
    trace_id, flags = (parent.trace_id, parent.trace_flags) if parent.is_valid else (secrets.randbits(128), _SAMPLED)
    return SpanContext(
        trace_id, secrets.randbits(64), is_remote=False, trace_flags=flags, trace_state=parent.trace_state
    )
