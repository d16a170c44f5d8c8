"""Asynchronous work for callers that are not.

Invariant: it works from plain code and from code that runs inside an event loop, which waits meanwhile.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

R = TypeVar("R")


def wait_for(work: Coroutine[Any, Any, R]) -> R:
    """Run `work` to its end. From plain code, Ctrl-C cancels it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
