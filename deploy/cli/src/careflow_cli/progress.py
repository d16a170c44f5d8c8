"""Signs of life for long steps: a spinner on a terminal, plain lines elsewhere.

Invariant: progress goes to standard error, so that standard output stays for results.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

FIRST_SIGN = 2.0  # seconds: what is shorter needs no progress
HEARTBEAT = 10.0  # seconds between lines when nobody watches live

console = Console(stderr=True, highlight=False)


class Step:
    """A running step; `say` tells what it is at."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._note = ""
        self._over = threading.Event()
        self._status = console.status(title) if console.is_terminal else None

    def say(self, note: str) -> None:
        """Show what the step is at, e.g. `12 of 46 files`."""
        self._note = note
        if self._status:
            self._status.update(f"{self._title}: {note}")

    def _beat(self) -> None:
        pause = FIRST_SIGN
        while not self._over.wait(pause):
            print(f"  {self._title} … {self._elapsed():.0f} s {self._note}".rstrip(), file=sys.stderr, flush=True)
            pause = HEARTBEAT

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    @contextmanager
    def running(self) -> Iterator["Step"]:
        beat = threading.Thread(target=self._beat, daemon=True)
        if self._status:
            self._status.start()
        else:
            beat.start()
        try:
            yield self
        finally:
            self._over.set()
            if self._status:
                self._status.stop()
        if self._elapsed() >= FIRST_SIGN:
            console.print(f"  {self._title}: {self._elapsed():.1f} s", style="dim", markup=False)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step, keep it alive on screen, and say how long it took when it took long."""
    with Step(title).running() as running:
        yield running
