"""Turns: one after another on a date, side by side on different ones, and nobody waits for ever."""

import asyncio
from datetime import date

import pytest

from booking.application import turns
from booking.application.turns import Turns
from careflow_service.errors import StoreBusy

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


async def test_those_who_want_one_date_go_one_after_another() -> None:
    queue, inside, most = Turns(), 0, 0

    async def book(day: date) -> None:
        nonlocal inside, most
        async with queue.taking(day):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(book(TODAY) for _ in range(20)))
    assert most == 1
    await asyncio.gather(book(TODAY), book(TOMORROW))
    assert most == 2


async def test_whoever_fails_lets_the_next_one_in() -> None:
    queue = Turns()
    with pytest.raises(ZeroDivisionError):
        async with queue.taking(TODAY):
            raise ZeroDivisionError
    async with queue.taking(TODAY):
        pass


async def test_whoever_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.01)
    queue = Turns()
    async with queue.taking(TODAY):
        with pytest.raises(StoreBusy):
            async with queue.taking(TODAY):
                pass
