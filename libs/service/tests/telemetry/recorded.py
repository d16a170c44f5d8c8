"""The one provider that records the spans of the tests' own process."""

from functools import cache

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from careflow_service.telemetry.exporting import recording


@cache
def recording_here() -> TracerProvider:
    """A process takes one provider and keeps it."""
    provider = recording(service="toy")
    trace.set_tracer_provider(provider)
    return provider
