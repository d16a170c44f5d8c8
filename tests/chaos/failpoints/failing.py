"""A service's process that fails where it is told to: `failing.py SERVICE COMMAND …`, as `python -m SERVICE COMMAND …`
with the points of `points` in it.

What else a real machine has and a test's has not is in the environment: `CHAOS_CLOCK_AHEAD`, seconds its clock is ahead
of others', and `CHAOS_POLL_SECONDS`, after which a consumer that has not polled is taken for dead.
"""

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.chaos.failpoints.orders import FOLDER_VARIABLE, Act, Order, Orders
from tests.chaos.failpoints.points import POINTS, Point, Side

CLOCK_VARIABLE = "CHAOS_CLOCK_AHEAD"
POLL_VARIABLE = "CHAOS_POLL_SECONDS"


class Failing:
    """The points of one process."""

    def __init__(self, orders: Orders, service: str, command: str) -> None:
        self._orders = orders
        self._service = service
        self._command = command
        self._passed: tuple[Order | None, int] = (None, 0)

    def install(self) -> None:
        """Wraps every function a point is at."""
        for function in sorted({each.function for each in POINTS}):
            owner, name = where(function)
            setattr(owner, name, self._wrapped(getattr(owner, name), [p for p in POINTS if p.function == function]))

    def _wrapped(self, inner: Callable[..., Awaitable[Any]], points: list[Point]) -> Callable[..., Awaitable[Any]]:
        @wraps(inner)
        async def wrapped(*arguments: Any, **options: Any) -> Any:
            for point in points:
                if point.side is Side.BEFORE and point.concerns(arguments, None):
                    await self.passes(point)
            result = await inner(*arguments, **options)
            for point in points:
                if point.side is Side.AFTER and point.concerns(arguments, result):
                    await self.passes(point)
            return result

        return wrapped

    async def passes(self, point: Point) -> None:
        """Obeys, if there is an order for this point and its turn has come."""
        order = self._orders.pending(self._service, self._command)
        if order is None or order.point != point.name:
            return
        known, passed = self._passed
        passed = passed if known == order else 0
        self._passed = (order, passed + 1)
        if passed < order.after or not self._orders.take(self._service, self._command):
            return
        match order.act:
            case Act.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Act.FREEZE:
                os.kill(os.getpid(), signal.SIGSTOP)
            case Act.WAIT:
                await asyncio.sleep(order.seconds)


def where(function: str) -> tuple[Any, str]:
    """What holds a function, and under which name. Raises AttributeError for one that is not there."""
    module, _, path = function.partition(":")
    owner: Any = importlib.import_module(module)
    *classes, name = path.split(".")
    for each in classes:
        owner = getattr(owner, each)
    getattr(owner, name)
    return owner, name


def set_clock_ahead(seconds: float) -> None:
    """Both clocks of this process, by so much; leases and time-outs go by other clocks."""
    from careflow_service import clock

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # what a real clock answers
            return datetime.now(tz) + timedelta(seconds=seconds)

    setattr(clock, "datetime", Ahead)  # noqa: B010 - the module exports no such name


def take_for_dead_after(seconds: float) -> None:
    """A consumer that has not polled for so long loses its partitions; five minutes are usual."""
    from aiokafka import AIOKafkaConsumer

    begin = AIOKafkaConsumer.__init__

    @wraps(begin)
    def begun(self: Any, *topics: str, **options: Any) -> None:
        begin(self, *topics, **{**options, "max_poll_interval_ms": int(seconds * 1000)})

    AIOKafkaConsumer.__init__ = begun


def main() -> None:
    """Runs the process."""
    from careflow_service.main import main as run

    service = sys.argv.pop(1)
    Failing(Orders(Path(os.environ[FOLDER_VARIABLE])), service, sys.argv[1]).install()
    if ahead := os.environ.get(CLOCK_VARIABLE):
        set_clock_ahead(float(ahead))
    if poll := os.environ.get(POLL_VARIABLE):
        take_for_dead_after(float(poll))
    run(importlib.import_module(f"{service}.bootstrap").SERVICE)


if __name__ == "__main__":
    main()
