"""Travelling: the clock steps from due deadline to due deadline, and the stack comes to rest at each.

Invariant: a jump ends where the slow run would: nothing is skipped, every deadline fires at its own time and before
any later one, and everything it causes is finished before time goes on. Bounded: a stack that does not come to rest
is an error that names who is behind.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from careflow_cli.domain_clock.backlog import Backlog
from careflow_cli.domain_clock.clock_file import ClockFile
from careflow_cli.errors import CareflowError

REST_PATIENCE = 90.0  # seconds for the stack to come to rest after one step
POLL = 0.1  # seconds; longer than services trust an offset they read (50 ms)
JUST_AFTER = timedelta(milliseconds=1)  # a deadline is due when its instant has come, to the services' milliseconds


async def advance(
    clock: ClockFile, target: datetime, backlog: Backlog, say: Callable[[str], None] = lambda _note: None
) -> int:
    """Go to `target` in the stack's time; the number of stops on the way. Raises CareflowError as `ClockFile.check`."""
    clock.check(target)
    stops = 0
    while True:
        await rest(clock, backlog, say)
        due = [one.next_deadline for one in (await backlog.remaining()).values() if one.next_deadline]
        upcoming = min(due, default=target)
        if upcoming >= target:
            break
        clock.reach(upcoming + JUST_AFTER)
        stops += 1
    clock.reach(target)
    await rest(clock, backlog, say)
    return stops


async def rest(clock: ClockFile, backlog: Backlog, say: Callable[[str], None] = lambda _note: None) -> None:
    """Wait until nothing is left to do. Raises CareflowError naming who is behind after `REST_PATIENCE` seconds."""
    deadline = time.monotonic() + REST_PATIENCE
    await asyncio.sleep(POLL)
    while left := await backlog.left_to_do():
        if time.monotonic() > deadline:
            raise CareflowError(f"the stack did not come to rest in {REST_PATIENCE:.0f} s: {left}")
        say(f"{clock.now():%Y-%m-%d %H:%M} UTC, {left}")
        await asyncio.sleep(POLL)
    say(f"{clock.now():%Y-%m-%d %H:%M} UTC")
