"""The receiver and the commands of `docs/integrators/webhooks.md`, run as they are written."""

import asyncio
import json
import os
import re
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from careflow_events.testing.worker import until
from careflow_service.ids import new_id
from careflow_service.outbound import GuardedOutbound
from careflow_service.webhooks.opening import webhook_turn
from libs.service.tests.http.test_feed_documented import listening
from libs.service.tests.webhooks.telling import SAYS, Told

PAGE = Path(__file__).parents[4] / "docs" / "integrators" / "webhooks.md"
LOOPBACK = (ip_network("127.0.0.0/8"),)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


async def run(script: str, **variables: str) -> list[Any]:
    """What each command of it answers."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euc", script, env={**os.environ, **variables}, stdout=PIPE, stderr=PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, out + errors
    decoder, text, answers = json.JSONDecoder(), out.decode(), []
    while text:
        answered, end = decoder.raw_decode(text)
        answers.append(answered)
        text = text[end:].lstrip()
    return answers


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@asynccontextmanager
async def receiver(port: int, secret: str) -> AsyncIterator[asyncio.subprocess.Process]:
    (program,) = blocks("python")
    environment = {**os.environ, "SECRET": secret, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        await until(lambda: _answers(port))
        yield process
    finally:
        process.kill()
        await process.communicate()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def test_the_receiver_is_ten_lines() -> None:
    (program,) = blocks("python")
    imports = 3
    assert len([line for line in program.splitlines() if line.strip()]) - imports <= 10


@pytest.mark.timeout(120)
async def test_a_webhook_is_made_tried_and_told_as_the_page_has_it(it: Told) -> None:
    outbound, port, patient = GuardedOutbound(LOOPBACK), free_port(), new_id()
    resources = it.toy.process.resources
    inside = replace(resources, settings=resources.settings.model_copy(update={"webhook_networks": LOOPBACK}))
    it.turn = webhook_turn("toy", SAYS.topics, inside, outbound=outbound)
    create, trying, confirming, looking = blocks("bash")
    token = it.toy.world.issuer.token(*it.roles, subject="registry")
    async with listening(it.toy) as address:
        where = {"CAREFLOW": address, "TOKEN": token}
        (made,) = await run(create, URL=f"http://localhost:{port}/in", **where)
        async with receiver(port, made["secret"]) as process:
            assert process.stdout is not None
            await it.say(patient)
            await it.catch_up()
            event = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
            assert event[1:] == [f"patient:{patient}", "0000000001"]
            asked, _ = await run(trying, ID=made["id"], **where)
            await it.catch_up()
            tested = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            assert tested.startswith("careflow.webhooks.Test.v1")
            _, log = await run(trying, ID=made["id"], **where)
            assert [(each["event_id"], each["status"]) for each in log["items"][:1]] == [(asked["id"], 204)]
            (confirmed,) = await run(confirming, ID=made["id"], **where)
            assert (confirmed["state"], confirmed["why"]) == ("active", None)
            (log,) = await run(looking, ID=made["id"], **where)
            assert log == {"items": [], "next": None}, "all of it was taken"
    await outbound.close()


@pytest.mark.timeout(120)
async def test_the_receiver_believes_nobody_else(it: Told) -> None:
    webhook, port = await it.webhook(), free_port()
    await it.say(new_id())
    await it.catch_up()
    (posted,) = it.outside.posted
    outbound = GuardedOutbound(LOOPBACK)
    async with receiver(port, it.secrets[webhook]):
        address = f"http://127.0.0.1:{port}/"
        assert (await outbound.post(address, posted.body, posted.headers, seconds=10.0)).status == 204
        with pytest.raises(Exception, match="connection_broken"):
            await outbound.post(address, posted.body + b" ", posted.headers, seconds=10.0)
    await outbound.close()
