"""Ends a loop whose cancellation was swallowed by what it awaited."""

import asyncio


def end_if_cancelled() -> None:
    """Raises `asyncio.CancelledError` in a task that was told to end and goes on all the same: to be called in each
    turn of a loop that awaits what is not ours. Before Python 3.12 `asyncio.wait_for` answers with the error of what
    it waited for where that comes in the same moment as the cancellation, which is gone then; aiokafka 0.14 connects
    within it (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
