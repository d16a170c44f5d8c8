"""A loop ends when its task was cancelled, although what it awaited took the cancellation."""

import asyncio
from contextlib import suppress

import pytest

from careflow_events.cancelled import end_if_cancelled


async def swallowing(begun: asyncio.Event) -> None:
    """As `asyncio.wait_for` before Python 3.12 does where an error comes together with the cancellation."""
    begun.set()
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


async def test_a_swallowed_cancellation_ends_the_next_turn() -> None:
    begun = asyncio.Event()
    turns = 0

    async def works() -> None:
        nonlocal turns
        while True:
            end_if_cancelled()
            turns += 1
            await swallowing(begun)

    working = asyncio.create_task(works())
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert turns == 1


async def test_a_timeout_that_ran_out_is_no_cancellation() -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    end_if_cancelled()
