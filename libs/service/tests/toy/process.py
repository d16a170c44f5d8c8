"""A real process of the toy, started as an operator starts it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from libs.service.tests.toy.world import World

CHECKOUT = Path(__file__).parents[4]
WITHIN_SECONDS = 30


class ToyProcess:
    """A started process: what it logs, where it listens, how it ends."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.stderr: list[str] = []
        self.kafka_clients: list[str] | None = None
        """The Kafka clients it had loaded, once it has ended."""

    async def entry(self, event: str) -> dict[str, Any]:
        """The next log entry of this name."""
        assert self._process.stderr is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            async for line in self._process.stderr:
                self.stderr.append(line.decode())
                with suppress(json.JSONDecodeError):
                    entry: dict[str, Any] = json.loads(line)
                    if entry["event"] == event:
                        return entry
        raise AssertionError(f"{event} was not logged: {''.join(self.stderr)}")

    async def client(self) -> httpx.AsyncClient:
        """A client of the port it says it listens on."""
        entry = await self.entry("listening")
        return httpx.AsyncClient(base_url=f"http://{entry['host']}:{entry['port']}")

    def send(self, signalled: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(signalled)

    async def exit_code(self) -> int:
        """How it ended."""
        async with asyncio.timeout(WITHIN_SECONDS):
            stdout, stderr = await self._process.communicate()
        self.kafka_clients = stdout.decode().split()
        self.stderr += stderr.decode().splitlines(keepends=True)
        assert self._process.returncode is not None
        return self._process.returncode

    async def stop(self) -> int:
        """Tell it to stop; answers how it ended."""
        self.send(signal.SIGTERM)
        return await self.exit_code()


@asynccontextmanager
async def started(world: World, *arguments: str, program: str | None = None) -> AsyncIterator[ToyProcess]:
    """A process of the toy with the world's environment, ended at the latest with the block."""
    run = ("-c", program) if program else ("-m", "libs.service.tests.toy")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAREFLOW_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *run, *arguments,
        cwd=CHECKOUT, env={**environment, **world.environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield ToyProcess(process)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
