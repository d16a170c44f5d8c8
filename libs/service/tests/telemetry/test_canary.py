"""Protected health information planted in every place that takes text shows up nowhere it must not."""

import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.telemetry.exporting import ListedAttributesExporter
from careflow_service.telemetry.logs import configure_logging
from libs.service.tests.telemetry.recorded import recording_here
from libs.service.tests.toy.world import RunningToy

CANARY = "Canary-Jane-Doe-suicidal"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(service="toy", process="api", level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = before


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    memory = InMemorySpanExporter()
    recording_here().add_span_processor(SimpleSpanProcessor(ListedAttributesExporter(memory)))
    yield memory
    memory.shutdown()


async def say_it_everywhere(toy: RunningToy) -> list[httpx.Response]:
    """The canary in every body, path, query and header, in requests that succeed and in requests that fail."""
    nurse, patient_id = toy.token(Role.NURSE), new_id()
    visit = {"patient_id": patient_id, "note": CANARY, "ends_at": "2026-12-01T10:00:00Z"}
    commands = [
        visit,
        {**visit, "note": [CANARY]},
        {**visit, "note": CANARY * 1_000},
        {**visit, "ends_at": CANARY},
        {**visit, f"{CANARY} of 1980": CANARY},
        {"patient_id": CANARY, "note": CANARY, "ends_at": CANARY},
    ]
    client, answers = toy.client, []
    for command in commands:
        headers = {**nurse, "Idempotency-Key": new_id(), "User-Agent": CANARY, "X-Note": CANARY, "traceparent": CANARY}
        answers.append(await client.post("/v1/visits", json=command, headers=headers))
    visit_id = answers[0].json()["id"]
    close = f"/v1/visits/{visit_id}/close"
    refused = (
        {"Idempotency-Key": f"{CANARY} !", "If-Match": '"1"'},
        {"Idempotency-Key": "a", "If-Match": CANARY},
        {"Idempotency-Key": "b", "If-Match": '"1"', "Careflow-After": CANARY},
        {"Idempotency-Key": "c", "If-Match": '"1"', "tracestate": f"a={CANARY}", "baggage": f"a={CANARY}"},
    )
    answers += [await client.post(close, headers={**nurse, **headers}) for headers in refused]
    for path in (CANARY, f"v1/visits/{CANARY}", f"v1/patients/{quote(CANARY)}/visits?after={CANARY}&x={CANARY}"):
        answers.append(await client.get(f"/{path}", headers=nurse))
        answers.append(await client.get(f"/{path}", headers={"Authorization": f"Bearer {CANARY}"}))
        answers.append(await client.get(f"/{path}", headers=toy.token(Role.BILLER)))
    answers.append(await client.request("BREW", f"/v1/visits/{CANARY}", content=CANARY.encode()))
    answers.append(await client.post("/v1/visits", content=CANARY.encode(), headers=nurse))
    answers.append(await client.get(f"/v1/visits/{visit_id}", headers=nurse))
    return answers


async def test_phi_is_in_no_log_metric_problem_header_or_span(
    toy: RunningToy, lines: io.StringIO, spans: InMemorySpanExporter
) -> None:
    answers = await say_it_everywhere(toy)

    assert {answer.status_code for answer in answers} >= {200, 201, 400, 401, 403, 404, 405, 415, 422}
    assert lines.getvalue()
    assert CANARY not in lines.getvalue()
    assert CANARY.encode() not in generate_latest()
    exported = "".join(span.to_json() for span in spans.get_finished_spans())
    assert exported
    assert CANARY not in exported
    for answer in answers:
        assert CANARY not in str(answer.headers)
        if answer.status_code >= 400:
            assert CANARY not in answer.text


async def test_phi_is_encrypted_in_the_store_and_absent_from_what_is_published(toy: RunningToy) -> None:
    await say_it_everywhere(toy)
    database = toy.process.resources.database
    stored = {
        name: json.dumps(await database[name].find().to_list(), default=repr)
        for name in await database.list_collection_names()
    }
    assert {"visits", "_outbox", "_audit"} <= stored.keys()
    assert [name for name, content in stored.items() if CANARY in content] == []
