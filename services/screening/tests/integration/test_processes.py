"""The processes as an operator starts them: what they need, what they say without it, and pages without Kafka."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import NoneType

import httpx
import pytest
from joserfc.jwk import ECKey

from careflow_service.identity import Actor
from careflow_service.processes.opening import opened
from careflow_service.settings import DEVELOPMENT_ISSUER, load
from careflow_service.testing.calling import ISSUER
from careflow_service.work import Transaction
from screening.bootstrap import SERVICE
from screening.domain.ids import AlertId, PageId
from screening.domain.paging import Page
from screening.domain.rota import ChannelKind
from screening.settings import ScreeningSettings
from services.screening.tests.builders import NURSE, new_uuid

KEY_SIZES = {"MASTER_KEY": 96, "BLIND_INDEX_KEY": 32, "AUDIT_KEY": 32}
WITHIN_SECONDS = 30


@pytest.fixture
def environment(store_url: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Complete settings of a development process, without Kafka; also this process's own."""
    for name in [name for name in os.environ if name.startswith("CAREFLOW_")]:
        monkeypatch.delenv(name)

    def file(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    given = {
        "CAREFLOW_ENVIRONMENT": "development",
        "CAREFLOW_MONGO_URL": store_url,
        "CAREFLOW_MONGO_DATABASE": database,
        "CAREFLOW_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
        "CAREFLOW_TOKEN_JWKS_FILE": file("jwks.json", ISSUER.public_keys().encode()),
        "CAREFLOW_SEALING_PUBLIC_FILE": file("sealing.json", _sealing_keys()),
        "CAREFLOW_HTTP_PORT": "0",
        "CAREFLOW_HEALTH_PORT": "0",
        "CAREFLOW_PAGES_DIR": str(tmp_path / "pages"),
        **{f"CAREFLOW_{name}_FILE": file(name, os.urandom(size)) for name, size in KEY_SIZES.items()},
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def _sealing_keys() -> bytes:
    """Public keys of those screening seals to."""
    keys = [ECKey.generate_key("P-256", {"kid": f"{consumer}-1"}) for consumer in ("sessions", "billing")]
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


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
        self.process.send_signal(signal.SIGTERM)
        return (await self.ended())[0]


@asynccontextmanager
async def started(what: str, environment: dict[str, str]) -> AsyncIterator[Process]:
    """`python -m screening <what>`, ended at the latest with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CAREFLOW_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screening", what, env={**inherited, **environment}, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(client: httpx.AsyncClient) -> dict[str, bool]:
    checks = (await client.get("/health/ready")).json()["checks"]
    return {name: bool(holds) for name, holds in checks.items()}


def appears(folder: Path, *, within: float) -> Path:
    """The first file in the folder. Raises TimeoutError when there is none in time."""
    give_up_at = time.monotonic() + within
    while time.monotonic() < give_up_at:
        if files := sorted(folder.glob("*.json")):
            return files[0]
        time.sleep(0.01)
    raise TimeoutError


async def test_indexes_api_and_timers_work_without_kafka_and_a_page_goes_out_within_a_second(
    environment: dict[str, str], tmp_path: Path
) -> None:
    async with started("indexes", environment) as indexes:
        assert (await indexes.ended())[0] == 0
    async with started("api", environment) as api, started("timers", environment) as timers:
        async with await api.client() as calling, await timers.client() as looking:
            assert await ready(calling) == {"store": True, "on_call_channels": True}
            assert await ready(looking) == {"store": True, "on_call_channels": True}
            page_id = await a_page_is_due()
            page = await asyncio.to_thread(appears, tmp_path / "pages", within=1.0)
            assert json.loads(page.read_text())["page_id"] == page_id
        assert await api.stopped() == 0
        assert await timers.stopped() == 0


async def a_page_is_due() -> PageId:
    """An intent, as a use case writes it."""
    page_id = PageId(new_uuid())
    async with opened(SERVICE, load(ScreeningSettings), process="tests") as process:

        async def intend(tx: Transaction) -> None:
            page = Page(
                id=page_id,
                alert_id=AlertId(new_uuid()),
                staff_id=NURSE,
                channel=ChannelKind.SMS,
                address="+14155550100",
                intended_at=tx.now,
                attempt_at=tx.now,
            )
            await process.ports.pages.add(page, tx)

        await process.resources.work.run(intend, by=Actor.system("tests"), action="page", returns=NoneType)
    return page_id


async def test_with_nobody_to_reach_a_process_is_not_ready(environment: dict[str, str]) -> None:
    del environment["CAREFLOW_PAGES_DIR"]
    async with started("api", environment) as api:
        async with await api.client() as calling:
            assert (await calling.get("/health/ready")).status_code == 503
            assert await ready(calling) == {"store": True, "on_call_channels": False}
        assert await api.stopped() == 0


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (
            {"CAREFLOW_PAGES_DIR": "", "CAREFLOW_PAGE_GATEWAYS": '{"sms": "https://gateway.example"}'},
            "CAREFLOW_PAGE_SIGNING_KEY is missing",
        ),
        ({"CAREFLOW_PAGE_SIGNING_KEY": "short"}, "CAREFLOW_PAGE_SIGNING_KEY: must be at least 32 bytes"),
        ({"CAREFLOW_CLINICAL_CONTENT_DIR": "/nowhere"}, "policy/ of the clinical content cannot be read"),
    ],
)
async def test_a_wrong_setting_is_one_line_and_no_process(
    environment: dict[str, str], changed: dict[str, str], complaint: str
) -> None:
    async with started("api", {**environment, **changed}) as api:
        code, said = await api.ended()
    assert code == 3
    assert complaint in said.splitlines()[-1]
