"""Runs the tasks of a process until it is told to stop, or one of them ends by itself.

Invariant: a process whose task died does not live on without it: it stops the others and exits with an error, to be
started anew. Stopping is graceful once: a second signal ends the process at once, which the store survives.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from careflow_service.garbage import look_from_here_on
from careflow_service.telemetry.logs import log

GRACE_SECONDS: Final = 15.0
"""How long what is in flight may take to finish; containers are given 30 seconds."""
CANCEL_AGAIN_SECONDS: Final = 5.0
EXIT_AT_ONCE: Final = 130

Run = Callable[[asyncio.Event], Awaitable[None]]
"""A task of a process: works until the event is set, then finishes what is in flight and returns."""


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on the first SIGTERM or SIGINT; end the process at once on the second."""

    def told(signalled: signal.Signals) -> None:
        if stop.is_set():
            log.warning("stopping_at_once", signal=signalled.name)
            os._exit(EXIT_AT_ONCE)
        log.info("stopping", signal=signalled.name)
        stop.set()

    loop = asyncio.get_running_loop()
    for signalled in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signalled, told, signalled)


async def run_tasks(tasks: Mapping[str, Run], stop: asyncio.Event, *, grace: float = GRACE_SECONDS) -> bool:
    """Run all tasks until `stop` is set; answers whether the process ended because it was told to."""
    look_from_here_on()
    running = [asyncio.ensure_future(run(stop)) for run in tasks.values()]
    names = dict(zip(running, tasks, strict=True))
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
        told = stop.is_set()
        stop.set()
        done, late = await asyncio.wait(running, timeout=grace)
        if late:
            log.warning("stopped_late", task=" ".join(sorted(names[task] for task in late)), wait_seconds=grace)
    finally:
        await _cancel([stopped, *running])
    failed = [task for task in done if task.exception() is not None]
    for task in failed:
        log.error("task_failed", task=names[task], exc_info=task.exception())
    if not told and not failed:
        log.error("task_ended", task=next(names[task] for task in running if task in done))
    return told and not failed


async def _cancel(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel what is left and wait for it, so that nothing is closed under a running task. Who goes on for long is
    cancelled again: what they awaited may have taken it (see `careflow_events.cancelled`).
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


def until_stopped(forever: Callable[[], Awaitable[None]]) -> Run:
    """A task that knows no stopping, such as the heartbeat, as one that is cancelled when it is time."""

    async def run(stop: asyncio.Event) -> None:
        working = asyncio.ensure_future(forever())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel([stopped] if working.done() else [stopped, working])
        if working.done() and not working.cancelled():
            working.result()

    return run
