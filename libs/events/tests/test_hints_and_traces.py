"""What helps but is never relied upon: the change stream that wakes the relay, the trace that goes on in a consumer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from opentelemetry import trace
from pymongo import AsyncMongoClient

from careflow_events.lease import LEASE_TTL, RELAY_LEASE, Renewal
from careflow_events.mongo import CommitWatch, MongoLeases
from careflow_events.telemetry import handling, spanning
from careflow_events.testing.builders import an_event

TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def watching(watch: CommitWatch) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(watch.run())
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.store
async def test_a_commit_wakes_whom_it_concerns_before_they_would_ask(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        watch = CommitWatch(client[database])
        said, asked = watch.hint("_outbox"), watch.hint("_refeeds", "_pauses")
        async with watching(watch):
            await asyncio.gather(said.wait(10), asked.wait(10))
            waiting = asyncio.create_task(said.wait(0, while_told=10))
            asking = asyncio.create_task(asked.wait(0, while_told=10))
            began = time.monotonic()
            await client[database]["_parked"].insert_one({"_id": "a"})
            await client[database]["_outbox"].insert_one({"_id": "a"})
            await waiting
            assert not asking.done()
            await client[database]["_pauses"].update_one({"_id": "a"}, {"$set": {"by": "b"}}, upsert=True)
            await asking

    assert time.monotonic() - began < 5


@pytest.mark.store
async def test_a_lease_tells_what_is_published_under_it_and_not_that_it_is_kept(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        leases = MongoLeases(client[database])
        grant = await leases.take(RELAY_LEASE, "a", LEASE_TTL)
        assert grant is not None
        watch = CommitWatch(client[database])
        published, parked = watch.hint("_leases"), watch.hint("_parked")
        async with watching(watch):
            await asyncio.gather(published.wait(10), parked.wait(10))
            waiting = asyncio.create_task(published.wait(0, while_told=60))
            asking = asyncio.create_task(parked.wait(0, while_told=60))
            assert await leases.renew(grant, LEASE_TTL) is Renewal.RENEWED
            await client[database]["_parked"].insert_one({"_id": "written after it"})
            await asyncio.wait_for(asking, 10)
            assert not waiting.done()
            await client[database]["_leases"].update_one({"_id": RELAY_LEASE}, {"$set": {"published": 1}})
            await asyncio.wait_for(waiting, 10)


@pytest.mark.store
async def test_who_trusts_in_being_told_is_woken_when_nobody_tells_any_more(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        watch = CommitWatch(client[database])
        hint = watch.hint("_outbox")
        async with watching(watch):
            await hint.wait(10)
            waiting = asyncio.create_task(hint.wait(0, while_told=60))
            await asyncio.sleep(0.05)
            assert not waiting.done()
        async with asyncio.timeout(5):
            await waiting


async def test_without_change_streams_the_wait_just_ends() -> None:
    async with AsyncMongoClient[dict[str, Any]]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=20) as client:
        watch = CommitWatch(client["nowhere"])
        hint = watch.hint("_outbox")
        async with watching(watch) as running:
            await hint.wait(0.2, while_told=60)
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


async def test_who_is_told_as_it_is_cancelled_ends_all_the_same(
    client: AsyncMongoClient[dict[str, Any]], database: str
) -> None:
    """As when a process stops: who watches and who waits are cancelled at once, and the one wakes the other."""
    watch = CommitWatch(client[database])
    told = watch.hint("anything")

    async def forever() -> None:
        while True:
            await told.wait(60)

    waiting = asyncio.create_task(forever())
    await asyncio.sleep(0)
    watch.wake()
    waiting.cancel()
    done, _ = await asyncio.wait([waiting], timeout=1)
    waiting.cancel()
    assert done == {waiting}
