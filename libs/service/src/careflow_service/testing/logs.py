"""What a service logs in a test, kept instead of printed: a failure is a line there, not a traceback on the screen."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from careflow_service.telemetry.logs import configure_logging


@contextmanager
def logged(service: str) -> Iterator[io.StringIO]:
    """What the service logs within the block, as its processes would."""
    logs, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logging(service=service, process="tests", stream=logs)
    try:
        yield logs
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = before
