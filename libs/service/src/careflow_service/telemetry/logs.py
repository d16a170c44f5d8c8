"""One JSON line per log entry, with listed fields only.

Invariant: an entry holds the fields of `ALLOWED_FIELDS` and nothing else. Its `event` is a fixed name from the code,
exceptions are reduced to their class and place, and what other libraries log to a template without its values: so
that nothing about a patient can be in a log because somebody wrote it into a message.
"""

import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog

from careflow_service.telemetry import metrics
from careflow_service.telemetry.tracing import current_ids

ALLOWED_FIELDS: Final = frozenset(
    {
        # every entry
        "time", "level", "event", "service", "process", "logger", "trace_id", "span_id",
        # requests
        "request_id", "route", "method", "status", "code", "duration_ms",
        # events
        "event_id", "event_type", "stream", "sequence", "subject", "consumer", "topic", "partition", "offset",
        "correlation_id", "causation_id", "position", "outcome", "attempts", "rows",
        # processes
        "task", "signal", "host", "port", "environment", "lease", "epoch", "deadline", "effect", "document_id",
        "orphans", "streams", "records", "others_answer",
        "late_seconds", "wait_seconds", "count", "collection", "index", "check", "reason", "step", "version",
        # faults
        "error_class", "error_code", "at", "template",
    }
)  # fmt: skip

LONGEST_VALUE: Final = 256
"""Characters of one value; everything listed is shorter."""

SAY_AGAIN_SECONDS: Final = 10.0

_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OUR_LOGGERS = ("careflow_service", "careflow_events", "booking", "screening", "sessions", "billing")
_TEMPLATES_FROM = ("uvicorn", "aiokafka", "pymongo", "faststream", "opentelemetry", "asyncio")
"""Libraries whose messages are about connections and never about what passes through them."""

log: Final[structlog.typing.FilteringBoundLogger] = structlog.get_logger()


def configure_logging(*, service: str, process: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every entry of this process, also of other libraries, to `stream` (stderr) as JSON lines."""
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    source = {"service": service, "process": process}
    structlog.configure(
        processors=[_structlog_entry(source)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_LibraryEntry(source))
    handler.addFilter(Thinned())
    logging.basicConfig(handlers=[handler], level=number, force=True)
    # A library may tell of every request or connection at info; what we log of those is our own entry.
    for name in _TEMPLATES_FROM:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def _structlog_entry(source: Mapping[str, str]) -> structlog.typing.Processor:
    def render(_logger: Any, level: str, fields: MutableMapping[str, Any]) -> str:
        error = fields.pop("exc_info", None)
        if error is not None:
            fields.update(fault_fields(sys.exc_info()[1] if error is True else error))
        return _line({**source, "level": level, **fields})

    return render


class Thinned(logging.Filter):
    """Lets through what other libraries say once in SAY_AGAIN_SECONDS for each place in their code, and how often it
    was said meanwhile: in an outage a client tells of every attempt, thousands of times a minute. `monotonic` is in
    seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record becomes an entry."""
        if record.name.partition(".")[0] in _OUR_LOGGERS:
            return True
        now, place = self._monotonic(), (record.name, record.lineno)
        said_at, left_out = self._said.get(place, (-SAY_AGAIN_SECONDS, 0))
        if now - said_at < SAY_AGAIN_SECONDS:
            self._said[place] = (said_at, left_out + 1)
            return False
        self._said[place] = (now, 0)
        record.count = left_out
        return True


class _LibraryEntry(logging.Formatter):
    """Turns a standard-library record into an entry."""

    def __init__(self, source: Mapping[str, str]) -> None:
        super().__init__()
        self._source = source

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {**self._source, "level": record.levelname.lower(), "logger": record.name}
        root = record.name.partition(".")[0]
        if root in _OUR_LOGGERS:
            # A record's own `process` is a number; ours, which is there already, is the command.
            told = vars(record).items()
            fields |= {name: value for name, value in told if name in ALLOWED_FIELDS and name not in fields}
            fields["event"] = record.msg
        else:
            fields["event"] = "library_message"
            if left_out := getattr(record, "count", 0):
                fields["count"] = left_out
            if root in _TEMPLATES_FROM:
                fields["template"] = str(record.msg).partition("\n")[0]
        if record.exc_info and record.exc_info[1] is not None:
            fields |= fault_fields(record.exc_info[1])
        return _line(fields)


def fault_fields(error: BaseException | None) -> dict[str, str]:
    """What may be told of an exception: its class and where in our code it was met, never what it says."""
    if error is None:
        return {}
    return {"error_class": type(error).__qualname__, "at": _place(error.__traceback__)}


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return "unknown"
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    place = (ours or frames)[-1]
    return f"{'/'.join(place.filename.rsplit('/', 3)[-2:])}:{place.lineno} {place.name}"


def _line(fields: Mapping[str, Any]) -> str:
    listed = {name: _short(value) for name, value in fields.items() if name in ALLOWED_FIELDS}
    dropped = len(fields) - len(listed)
    if _EVENT_NAME.fullmatch(str(listed.get("event"))) is None:
        listed["event"] = "unnamed"
        dropped += 1
    if dropped:
        metrics.LOG_FIELDS_DROPPED.inc(dropped)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return orjson.dumps({"time": now, **current_ids(), **listed}).decode()


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST_VALUE]
