"""Whoever asks how old the newest backup is hears of whole ones only."""

import asyncio
import io
from datetime import timedelta

import pytest

from careflow_service.backup.taken import BackupsTaken
from careflow_service.processes.backup import run_backup
from libs.service.tests.toy.world import RunningToy


async def backed_up(toy: RunningToy, monkeypatch: pytest.MonkeyPatch, *, told_to_stop: bool) -> bool:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    stop = asyncio.Event()
    if told_to_stop:
        stop.set()
    return await run_backup(toy.process, stop)


async def test_a_backup_that_is_whole_is_noted_and_a_broken_off_one_is_not(
    toy: RunningToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = BackupsTaken(toy.process.resources.database)
    assert not await backed_up(toy, monkeypatch, told_to_stop=True)
    assert await taken.last() is None
    before = toy.process.resources.wall_clock()
    assert await backed_up(toy, monkeypatch, told_to_stop=False)
    last = await taken.last()
    assert last is not None
    assert last >= before - timedelta(milliseconds=1), "a store keeps milliseconds"
