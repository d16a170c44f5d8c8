"""The processes of a service as an operator starts them: what they need, what they say, how they end."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from joserfc.jwk import ECKey

from careflow_service.settings import DEVELOPMENT_ISSUER
from careflow_service.testing.calling import ISSUER

KEY_SIZES: Final = {"MASTER_KEY": 96, "BLIND_INDEX_KEY": 32, "AUDIT_KEY": 32}
WITHIN_SECONDS: Final = 60
"""How long a process may take to start or to end on a busy machine."""


def environment(folder: Path, store_url: str, database: str, *, seals_to: tuple[str, ...]) -> dict[str, str]:
    """Complete settings of a development process without Kafka, its files in `folder`; `seals_to` are the services
    whose sections it seals.
    """

    def file(name: str, content: bytes) -> str:
        (folder / name).write_bytes(content)
        return str(folder / name)

    sealing = [ECKey.generate_key("P-256", {"kid": f"{consumer}-1"}).as_dict(private=False) for consumer in seals_to]
    return {
        "CAREFLOW_ENVIRONMENT": "development",
        "CAREFLOW_MONGO_URL": store_url,
        "CAREFLOW_MONGO_DATABASE": database,
        "CAREFLOW_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
        "CAREFLOW_TOKEN_JWKS_FILE": file("jwks.json", ISSUER.public_keys().encode()),
        "CAREFLOW_SEALING_PUBLIC_FILE": file("sealing.json", json.dumps({"keys": sealing}).encode()),
        "CAREFLOW_HTTP_PORT": "0",
        "CAREFLOW_HEALTH_PORT": "0",
        **{f"CAREFLOW_{name}_FILE": file(name, os.urandom(size)) for name, size in KEY_SIZES.items()},
    }


@dataclass(slots=True)
class Process:
    """A started process and the port it listens on."""

    process: asyncio.subprocess.Process

    async def client(self) -> httpx.AsyncClient:
        """A client of the port it says it listens on."""
        assert self.process.stderr is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            async for line in self.process.stderr:
                entry = json.loads(line)
                if entry["event"] == "listening":
                    return httpx.AsyncClient(base_url=f"http://{entry['host']}:{entry['port']}")
        raise AssertionError("it never listened")

    async def ended(self) -> tuple[int | None, str]:
        """How it ended, and what it said last."""
        async with asyncio.timeout(WITHIN_SECONDS):
            _, stderr = await self.process.communicate()
        return self.process.returncode, stderr.decode()

    async def stopped(self) -> int | None:
        """Told to stop; answers how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return (await self.ended())[0]


@asynccontextmanager
async def started(service: str, what: str, given: Mapping[str, str]) -> AsyncIterator[Process]:
    """`python -m <service> <what>` in this environment, ended at the latest with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CAREFLOW_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", service, *what.split(), env={**inherited, **given}, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(client: httpx.AsyncClient) -> dict[str, bool]:
    """What the process checks before it calls itself ready, once its store has answered in time: on a busy machine the
    first answer may come late. Raises TimeoutError.
    """
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            checks = {name: bool(holds) for name, holds in (await client.get("/health/ready")).json()["checks"].items()}
            if checks["store"]:
                return checks
