"""Asynchronous work for callers that are not.

Invariants: it works from plain code and from code that runs inside an event loop, which waits meanwhile; a signal to
end ends it, even when what is awaited swallows its cancellation.
"""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, TypeVar

R = TypeVar("R")

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def wait_for(work: Coroutine[Any, Any, R]) -> R:
    """Run `work` to its end. From plain code a signal cancels it and is then handled as it would have been."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(work) if threading.current_thread() is threading.main_thread() else asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _run(work: Coroutine[Any, Any, R]) -> R:
    # asyncio forgets a Ctrl-C whose cancellation a library swallowed; here the signal is handed on afterwards.
    told: list[int] = []
    handlers = {each: handler for each in ENDING if callable(handler := signal.getsignal(each))}
    with asyncio.Runner() as runner:
        task = runner.get_loop().create_task(work)

        def cancel(signum: int, _frame: FrameType | None) -> None:
            told.append(signum)
            task.get_loop().call_soon_threadsafe(task.cancel)

        async def ended() -> None:
            await asyncio.wait([task])

        try:
            for each in handlers:
                signal.signal(each, cancel)
            runner.run(ended())
        finally:
            for each, handler in handlers.items():
                signal.signal(each, handler)
    for signum in told:
        handlers[signal.Signals(signum)](signum, None)
    return task.result()
