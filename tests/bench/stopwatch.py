"""Times of something done many times. Invariant: percentiles are times that were measured, never interpolated."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

WARM_UP = 3
"""Rounds that are not timed: connections, caches and the interpreter settle in them."""


@dataclass(slots=True)
class Times:
    """Seconds, in the order they were measured."""

    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Times the block."""
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    def forget(self) -> None:
        """Start over, after warming up."""
        self.seconds.clear()

    @property
    def p50(self) -> float:
        """Seconds that half of them did not exceed."""
        return self._percentile(0.50)

    @property
    def p99(self) -> float:
        """Seconds that 99 of 100 did not exceed; with fewer than 100, the longest."""
        return self._percentile(0.99)

    def _percentile(self, share: float) -> float:
        return sorted(self.seconds)[math.ceil(share * len(self.seconds)) - 1]


async def in_turns(rounds: int, acts: Mapping[str, Callable[[int], Awaitable[object]]]) -> dict[str, Times]:
    """Does each act once a round, one after the other, so that the machine's noise meets all of them alike. An act is
    given the number of its round.
    """
    times = {name: Times() for name in acts}
    for number in range(WARM_UP + rounds):
        if number == WARM_UP:
            for each in times.values():
                each.forget()
        for name, act in acts.items():
            with times[name].lap():
                await act(number)
    return times
