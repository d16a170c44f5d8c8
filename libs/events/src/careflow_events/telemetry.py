"""Tracing across Kafka: the trace that the outbox row carries goes on in the consumer.

Only the OpenTelemetry API is used; without an SDK all of this does nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from careflow_events.envelope import Envelope

Spans = Callable[[Envelope], AbstractContextManager[None]]
"""Opens the span in which an event is handled."""

_TRACER: Final = trace.get_tracer("careflow_events")
_PROPAGATOR: Final = TraceContextTextMapPropagator()


@contextmanager
def handling(event: Envelope) -> Iterator[None]:
    """A consumer span that continues the trace the event was committed in. It records no exception: their texts may
    quote what an event holds.
    """
    carrier = {} if event.traceparent is None else {"traceparent": event.traceparent}
    with _TRACER.start_as_current_span(
        event.type,
        context=_PROPAGATOR.extract(carrier),
        kind=trace.SpanKind.CONSUMER,
        attributes={"messaging.system": "kafka", "messaging.message.id": event.id},
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
