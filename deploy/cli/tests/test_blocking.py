"""Asynchronous work run from plain code: a signal always ends it."""

import asyncio
import signal

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


def test_ctrl_c_ends_what_swallows_its_cancellation() -> None:
    with pytest.raises(KeyboardInterrupt):
        wait_for(stubborn(signal.SIGINT))


def test_a_polite_signal_is_handled_as_the_command_handles_it() -> None:
    before = signal.signal(signal.SIGTERM, raise_interrupted)
    try:
        with pytest.raises(Interrupted):
            wait_for(stubborn(signal.SIGTERM))
        assert signal.getsignal(signal.SIGTERM) is raise_interrupted
    finally:
        signal.signal(signal.SIGTERM, before)
