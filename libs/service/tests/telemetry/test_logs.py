"""A log entry holds listed fields only, whoever wrote it."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from careflow_service.telemetry.logs import SAY_AGAIN_SECONDS, Thinned, configure_logging, log

SECRET = "Jane Doe is suicidal"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What this process logs; logging is as before afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(service="toy", process="api", level="info", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def entries(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def dropped() -> float:
    return REGISTRY.get_sample_value("careflow_log_fields_dropped_total") or 0.0


def test_an_entry_says_when_who_and_what(lines: io.StringIO) -> None:
    log.info("request", route="GET /v1/visits/{visit_id}", status=200)
    (entry,) = entries(lines)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "info", "event": "request", "service": "toy", "process": "api",
        "route": "GET /v1/visits/{visit_id}", "status": 200,
    }  # fmt: skip


def test_a_field_that_is_not_listed_is_left_out_and_counted(lines: io.StringIO) -> None:
    before = dropped()
    log.info("request", patient_name=SECRET, note=SECRET, status=200)
    assert SECRET not in lines.getvalue()
    assert dropped() == before + 2


@pytest.mark.parametrize("breaking", ["\n", "\r\n", "\u2028", "\x85", "\x1b[2K", '"}\n{"event": "forged"'])
def test_whatever_is_in_a_value_an_entry_is_one_line(lines: io.StringIO, breaking: str) -> None:
    log.info("request", route=f"GET /{breaking}", status=200)
    logging.getLogger("somebody").warning("met %s" + breaking, breaking)

    written = lines.getvalue()
    assert [json.loads(line)["event"] for line in written.split("\n")[:-1]] == ["request", "library_message"]
    assert "\x1b" not in written


def test_a_sentence_is_no_event_name(lines: io.StringIO) -> None:
    log.warning(f"booking failed for {SECRET}")
    assert SECRET not in lines.getvalue()
    assert entries(lines)[0]["event"] == "unnamed"


def test_an_exception_is_its_class_and_place(lines: io.StringIO) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        log.error("request_failed", exc_info=error)
        log.exception("request_failed")
    assert SECRET not in lines.getvalue()
    for entry in entries(lines):
        assert entry["error_class"] == "ValueError"
        assert "test_logs.py" in entry["at"]


def test_what_is_below_the_level_is_not_written(lines: io.StringIO) -> None:
    log.debug("request")
    assert lines.getvalue() == ""


def test_a_long_value_is_cut(lines: io.StringIO) -> None:
    log.info("request", code="x" * 10_000)
    assert len(entries(lines)[0]["code"]) == 256


def test_our_own_libraries_may_use_the_standard_library(lines: io.StringIO) -> None:
    logging.getLogger("careflow_events.relay").warning("lease_lost", extra={"lease": "relay", "note": SECRET})
    (entry,) = entries(lines)
    assert (entry["event"], entry["lease"], entry["logger"]) == ("lease_lost", "relay", "careflow_events.relay")
    assert SECRET not in lines.getvalue()


def test_of_other_libraries_only_the_template_is_kept(lines: io.StringIO) -> None:
    logging.getLogger("aiokafka.conn").error("Unable to connect to %s\nmore: %s", SECRET, SECRET)
    logging.getLogger("unheard.of").error(SECRET)
    known, unknown = entries(lines)
    assert known["template"] == "Unable to connect to %s"
    assert "template" not in unknown
    assert SECRET not in lines.getvalue()


def test_an_exception_nobody_caught_is_its_class_and_place(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=sys.exc_info())
    assert entries(lines)[0]["error_class"] == "RuntimeError"
    assert SECRET not in lines.getvalue()


def test_what_a_library_says_again_and_again_is_said_now_and_then_and_counted() -> None:
    now, said = 0.0, []
    thinned = Thinned(lambda: now)

    def says(name: str, line: int, text: str) -> None:
        record = logging.LogRecord(name, logging.ERROR, "x.py", line, text, None, None)
        if thinned.filter(record):
            said.append((name, line, getattr(record, "count", 0)))

    for attempt in range(1_000):
        says("aiokafka.conn", 7, f"node {attempt} is away")
        says("careflow_events.relay", 7, "relay_waits")
    assert said.count(("aiokafka.conn", 7, 0)) == 1
    assert said.count(("careflow_events.relay", 7, 0)) == 1_000

    says("aiokafka.conn", 8, "something else")
    now += SAY_AGAIN_SECONDS
    says("aiokafka.conn", 7, "away still")
    assert said[-2:] == [("aiokafka.conn", 8, 0), ("aiokafka.conn", 7, 999)]
