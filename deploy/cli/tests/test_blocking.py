"""Asynchronous work run from plain code: a signal always ends it."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

import pytest

from careflow_cli.blocking import wait_for
from careflow_cli.errors import Interrupted
from careflow_cli.processes.signals import raise_interrupted


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


async def stubborn(signum: signal.Signals) -> str:
    """A library that takes its cancellation for something else and goes on."""
    signal.raise_signal(signum)
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        return "went on"
    return "was never told"


def test_it_answers_from_plain_code() -> None:
    assert wait_for(answer()) == 42


async def test_it_answers_inside_an_event_loop() -> None:
    assert wait_for(answer()) == 42


def test_what_goes_wrong_is_raised() -> None:
    async def fails() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        wait_for(fails())


@pytest.mark.parametrize(
    ("signum", "handler", "raised"),
    [
        (signal.SIGINT, signal.default_int_handler, KeyboardInterrupt),
        (signal.SIGTERM, raise_interrupted, Interrupted),
    ],
)
def test_a_signal_ends_what_swallows_its_cancellation(
    signum: signal.Signals, handler: Callable[[int, FrameType | None], object], raised: type[BaseException]
) -> None:
    before = signal.signal(signum, handler)
    try:
        with pytest.raises(raised):
            wait_for(stubborn(signum))
        assert signal.getsignal(signum) is handler
    finally:
        signal.signal(signum, before)
