"""The shell loop of `docs/integrators/over-http.md`, run as it is written."""

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.processes.serving import bind, serving
from libs.service.tests.http.test_feed import publish
from libs.service.tests.http.test_trace import say
from libs.service.tests.toy.world import RunningToy

PAGE = Path(__file__).parents[4] / "docs" / "integrators" / "over-http.md"


def documented() -> str:
    (block,) = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert isinstance(block, str)
    return block


@asynccontextmanager
async def listening(toy: RunningToy) -> AsyncIterator[str]:
    """The toy on a port; its address."""
    stop, port = asyncio.Event(), bind("127.0.0.1", 0)
    running = asyncio.ensure_future(serving(toy.http, port)(stop))
    try:
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
    finally:
        toy.http.state.feed.close()
        stop.set()
        await running


@asynccontextmanager
async def shell(script: str, folder: Path, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, env={**os.environ, **variables}, stdout=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, 9)
        await process.wait()


async def next_event(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    while not (page := json.loads(await asyncio.wait_for(process.stdout.readline(), 30))):
        pass
    (event,) = page
    assert isinstance(event, dict)
    return event


@pytest.mark.timeout(120)
async def test_it_prints_what_was_said_and_then_each_event_as_it_comes(toy: RunningToy, tmp_path: Path) -> None:
    first, second = new_id(), new_id()
    await say(toy, first)
    await publish(toy)
    token = toy.world.issuer.token(Role.EVENTS_OPERATIONAL)

    async with listening(toy) as address, shell(documented(), tmp_path, CAREFLOW=address, TOKEN=token) as process:
        assert (await next_event(process))["subject"] == f"patient:{first}"
        await say(toy, second)
        await publish(toy)
        assert (await next_event(process))["subject"] == f"patient:{second}"


@pytest.mark.timeout(120)
async def test_it_ends_when_it_is_refused(toy: RunningToy, tmp_path: Path) -> None:
    token = toy.world.issuer.token(Role.NURSE)

    async with listening(toy) as address, shell(documented(), tmp_path, CAREFLOW=address, TOKEN=token) as process:
        await asyncio.wait_for(process.wait(), 30)
