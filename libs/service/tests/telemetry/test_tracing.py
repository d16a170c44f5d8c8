"""One trace from the request through the outbox to the reaction, and nothing but listed attributes leaves."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import CarePathStageChanged
from careflow_events.envelope import decode
from careflow_events.handling import Handling, Settled
from careflow_events.mongo import mongo_stores
from careflow_events.subscription import Received, hears
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.telemetry.exporting import ListedAttributesExporter
from careflow_service.telemetry.tracing import (
    current_ids,
    current_traceparent,
    spanning,
)
from libs.service.tests.telemetry.recorded import recording_here
from libs.service.tests.toy.world import RunningToy

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FROM_CLIENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What this process exports."""
    memory = InMemorySpanExporter()
    recording_here().add_span_processor(SimpleSpanProcessor(ListedAttributesExporter(memory)))
    yield memory
    memory.shutdown()


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = (span for span in spans.get_finished_spans() if span.name == name)
    return found


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return trace.format_trace_id(span.context.trace_id)


async def close_a_visit(toy: RunningToy, **headers: str) -> None:
    nurse = toy.token(Role.NURSE)
    visit = {"patient_id": new_id(), "note": "n", "ends_at": "2026-12-01T10:00:00Z"}
    booked = await toy.client.post("/v1/visits", json=visit, headers={**nurse, "Idempotency-Key": "1"})
    path = f"/v1/visits/{booked.json()['id']}/close"
    closed = await toy.client.post(path, headers={**nurse, "Idempotency-Key": "2", "If-Match": '"1"', **headers})
    assert closed.status_code == 200


async def outbox_record(toy: RunningToy) -> ConsumedRecord:
    row = await toy.process.resources.database["_outbox"].find_one()
    assert row is not None
    headers = [(name, value) for name, value in row["headers"]]
    return ConsumedRecord(
        topic=row["topic"], partition=0, offset=0, key=row["key"], value=row["record"], headers=headers
    )


async def deliver(toy: RunningToy, record: ConsumedRecord) -> str | None:
    """Hand the record to another consumer; answers the traceparent its reaction worked under."""
    seen = []

    async def on_stage_changed(_event: Received[CarePathStageChanged], _tx: Any, _ports: None) -> None:
        seen.append(current_traceparent())

    resources = toy.process.resources
    handling = Handling(
        consumer="other",
        subscriptions=(hears(CarePathStageChanged, on_stage_changed),),
        ports=None,
        transactions=ReactionTransactions(resources.work),
        stores=mongo_stores(resources.database, "other"),
        keyring=None,
        clock=resources.clock,
        wall_clock=resources.wall_clock,
    )
    assert await handling.settle(record) is Settled.HANDLED
    return seen[0]


async def test_one_trace_from_the_request_to_the_reaction(toy: RunningToy, spans: InMemorySpanExporter) -> None:
    await close_a_visit(toy, traceparent=FROM_CLIENT)
    record = await outbox_record(toy)
    traceparent = decode(record.value, record.headers).traceparent
    assert ("traceparent", str(traceparent).encode()) in list(record.headers)

    reacted_under = await deliver(toy, record)

    request = named(spans, "POST /v1/visits/{visit_id}/close")
    handled = named(spans, CarePathStageChanged.type())
    assert request.context is not None
    assert handled.parent is not None
    assert trace_of(request) == trace_of(handled) == TRACE
    assert handled.parent.span_id == request.context.span_id
    assert reacted_under is not None
    assert TRACE in reacted_under


async def test_without_a_trace_from_the_client_one_begins(toy: RunningToy, spans: InMemorySpanExporter) -> None:
    await close_a_visit(toy, traceparent="garbled")
    record = await outbox_record(toy)
    request = named(spans, "POST /v1/visits/{visit_id}/close")
    assert request.parent is None
    assert trace_of(request) in str(decode(record.value, record.headers).traceparent)


async def test_a_request_is_described_by_its_template(toy: RunningToy, spans: InMemorySpanExporter) -> None:
    await toy.client.get("/v1/visits/jane-doe?name=jane-doe", headers=toy.token(Role.NURSE))
    span = named(spans, "GET /v1/visits/{visit_id}")
    attributes = dict(span.attributes or {})
    assert attributes.pop("careflow.request_id")
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/visits/{visit_id}",
        "http.response.status_code": 422,
    }


def test_what_is_not_listed_does_not_leave(spans: InMemorySpanExporter) -> None:
    def fail() -> None:
        with spanning("failing", kind=SpanKind.INTERNAL, traceparent=None, attributes={"http.route": "/x"}) as span:
            span.set_attribute("patient.name", "Jane Doe")
            span.add_event("Jane Doe came")
            span.set_status(StatusCode.ERROR, "Jane Doe is unknown")
            raise ValueError("Jane Doe is unknown")

    with pytest.raises(ValueError):
        fail()
    span = named(spans, "failing")
    assert "Jane" not in span.to_json()
    assert dict(span.attributes or {}) == {"http.route": "/x", "error.type": "ValueError"}
    assert span.status.status_code is StatusCode.ERROR


def test_log_entries_carry_the_trace(spans: InMemorySpanExporter) -> None:
    with spanning("logging", kind=SpanKind.INTERNAL, traceparent=FROM_CLIENT, attributes={}):
        assert current_ids()["trace_id"] == TRACE
    assert current_ids() == {}
