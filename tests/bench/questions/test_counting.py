"""Round trips of a build are counted as it does, and timed by this checkout's log."""

import importlib
import sys
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType

import pytest
from pymongo.monitoring import CommandStartedEvent, CommandSucceededEvent

from tests.bench.questions import counting

ADDRESS = ("localhost", 27017)


@pytest.fixture
def commands() -> Iterator[ModuleType]:
    """The log in its place, which is given back."""
    before = importlib.import_module(counting.LOG)
    try:
        yield counting.listen_with_this_log()
    finally:
        sys.modules[counting.LOG] = before


def test_what_a_build_counts_says_how_often_it_waited(commands: ModuleType) -> None:
    log = importlib.import_module(counting.LOG).CommandLog()
    for request in (1, 2):
        log.started(CommandStartedEvent({"find": "patients"}, "clinic", request, ADDRESS, request))
    for request in (1, 2):
        log.succeeded(CommandSucceededEvent(timedelta(), {}, "find", request, ADDRESS, request))

    trips = log.round_trips

    assert trips == ["find patients", "find patients"]
    assert counting.counted({"book": trips}, commands) == [("book", "waits", 1), ("book", "round trips", 2)]
