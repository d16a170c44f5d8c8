"""Run as a program with a checkout's own interpreter: counts as that checkout does, with this one's log of commands.

    python counting.py CHECKOUT STORE_URL BOOKING_DATABASE SCREENING_DATABASE

Prints [[what, "waits" or "round trips", number], ...]. Invariant: nothing of the checkout is changed but the class it
listens to its stores with, which counts the same round trips and remembers when each began and ended.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

LOG = "careflow_service.testing.commands"
HERE = Path(__file__).resolve().parents[3]


def listen_with_this_log() -> ModuleType:
    """Puts this checkout's log in the place of the other's; its round trips know when they were made."""
    spec = importlib.util.spec_from_file_location(LOG, HERE / "libs/service/src" / f"{LOG.replace('.', '/')}.py")
    assert spec is not None
    assert spec.loader is not None
    commands = importlib.util.module_from_spec(spec)
    sys.modules[LOG] = commands
    spec.loader.exec_module(commands)

    class Timed(str):
        """The name of a round trip, as it is pinned, with the round trip itself."""

        trip: Any

        @classmethod
        def of(cls, trip: Any) -> Timed:
            named = cls(trip)
            named.trip = trip
            return named

    class TimedLog(commands.CommandLog):  # type: ignore[name-defined, misc]
        @property
        def round_trips(self) -> list[str]:
            return [Timed.of(trip) for trip in self.trips]

    commands.CommandLog = TimedLog  # type: ignore[attr-defined]
    return commands


def counted(round_trips: Mapping[str, Sequence[Any]], commands: ModuleType) -> list[tuple[str, str, int]]:
    """Waits and round trips of everything that was done."""
    found = []
    for what, names in round_trips.items():
        found.append((what, "waits", commands.sequential_waits(name.trip for name in names)))
        found.append((what, "round trips", len(names)))
    return found


def main(checkout: str, store_url: str, booking: str, screening: str) -> None:
    sys.path[0] = checkout
    commands = listen_with_this_log()
    counts = importlib.import_module("tests.bench.counts")
    found = asyncio.run(counts.count(store_url, {"booking": booking, "screening": screening}))
    print(json.dumps(counted(found.round_trips, commands)))


if __name__ == "__main__":
    main(*sys.argv[1:])
