"""What helps but is never relied upon: the change stream that wakes the relay, the trace that goes on in a consumer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from opentelemetry import trace
from pymongo import AsyncMongoClient

from careflow_events.mongo import OutboxWatch
from careflow_events.telemetry import handling, spanning
from careflow_events.testing.builders import an_event

TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def watching(watch: OutboxWatch) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(watch.run())
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.store
async def test_a_commit_wakes_the_relay_before_it_would_poll(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        watch = OutboxWatch(client[database])
        async with watching(watch):
            await watch.wait(10)
            began = time.monotonic()
            waiting = asyncio.create_task(watch.wait(10))
            await client[database]["_outbox"].insert_one({"_id": "a"})
            await waiting

    assert time.monotonic() - began < 5


async def test_without_change_streams_the_wait_just_ends() -> None:
    async with AsyncMongoClient[dict[str, Any]]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=20) as client:
        watch = OutboxWatch(client["nowhere"])
        async with watching(watch) as running:
            await watch.wait(0.2)
            assert not running.done()


def test_the_handler_goes_on_in_the_trace_of_the_commit() -> None:
    with handling(an_event(1, traceparent=f"00-{TRACE}-b7ad6b7169203331-01")):
        assert f"{trace.get_current_span().get_span_context().trace_id:032x}" == TRACE


@pytest.mark.parametrize("flags", ["00", "01"])
def test_without_an_sdk_a_span_continues_the_trace_with_an_id_of_its_own(flags: str) -> None:
    given = f"00-{TRACE}-b7ad6b7169203331-{flags}"
    with spanning(trace.NoOpTracer(), "x", kind=trace.SpanKind.SERVER, traceparent=given, attributes={}) as span:
        context = trace.get_current_span().get_span_context()

    assert context is span.get_span_context()
    assert f"{context.trace_id:032x}" == TRACE
    assert context.span_id not in (0, 0xB7AD6B7169203331)
    assert context.trace_flags == int(flags, 16)


def test_without_an_sdk_a_trace_begins_that_may_be_recorded_further_on() -> None:
    with spanning(trace.NoOpTracer(), "x", kind=trace.SpanKind.SERVER, traceparent=None, attributes={}) as span:
        assert span.get_span_context().is_valid
        assert span.get_span_context().trace_flags.sampled


def test_an_event_without_a_trace_is_handled_all_the_same() -> None:
    with handling(an_event(1)):
        assert f"{trace.get_current_span().get_span_context().trace_id:032x}" != TRACE
