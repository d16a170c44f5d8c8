"""A collector is of use while it is there, and is waited for by nobody."""

import socket
import time
from collections.abc import Iterator

import pytest

from careflow_service.telemetry import exporting

SPANS = 2_000
"""Four batches of them."""
IN_TIME = 8.0
"""A process has 15 seconds to end, and what it works with comes first."""


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a collector that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.thorough
@pytest.mark.parametrize("where", ["hanging", "away"])
def test_a_process_ends_in_time_whatever_the_collector_does(where: str, request: pytest.FixtureRequest) -> None:
    endpoint = request.getfixturevalue("hanging") if where == "hanging" else "http://127.0.0.1:1"
    spans = exporting.exporting_to(endpoint, service="toy")
    tracer = spans.provider.get_tracer("toy")
    for _ in range(SPANS):
        tracer.start_span("GET /v1/visits").end()

    began = time.monotonic()
    spans.end()

    assert time.monotonic() - began < IN_TIME
