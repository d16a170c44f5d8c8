"""The processes as an operator starts them: what they need, what they say without it, and pages without Kafka."""

import asyncio
import json
import os
import time
from functools import partial
from pathlib import Path
from types import NoneType

import pytest

from careflow_service.identity import Actor
from careflow_service.processes.opening import opened
from careflow_service.settings import load
from careflow_service.testing import processes
from careflow_service.testing.processes import ready
from careflow_service.work import Transaction
from screening.bootstrap import SERVICE
from screening.domain.ids import AlertId, PageId
from screening.domain.paging import Page
from screening.domain.rota import ChannelKind
from screening.settings import ScreeningSettings
from services.screening.tests.builders import NURSE, new_uuid

pytestmark = pytest.mark.thorough


@pytest.fixture
def environment(store_url: str, new_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Complete settings of a development process, without Kafka; also this process's own."""
    for name in [name for name in os.environ if name.startswith("CAREFLOW_")]:
        monkeypatch.delenv(name)
    given = processes.environment(tmp_path, store_url, new_database, seals_to=("booking", "sessions", "billing"))
    given["CAREFLOW_PAGES_DIR"] = str(tmp_path / "pages")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


started = partial(processes.started, "screening")


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
            assert await ready(calling) == {"store": True, "not_fenced": True, "on_call_channels": True}
            assert await ready(looking) == {"store": True, "not_fenced": True, "on_call_channels": True}
            for each in (calling, looking):
                assert (await each.get("/health/ready")).json()["without"] == ["policy_signature", "on_call_rota"]
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
            assert await ready(calling) == {"store": True, "not_fenced": True, "on_call_channels": False}
        assert await api.stopped() == 0


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (
            {"CAREFLOW_PAGES_DIR": "", "CAREFLOW_PAGE_GATEWAYS": '{"sms": "https://gateway.example"}'},
            "CAREFLOW_PAGE_SIGNING_KEY is missing",
        ),
        ({"CAREFLOW_PAGE_SIGNING_KEY": "short"}, "CAREFLOW_PAGE_SIGNING_KEY: must be at least 32 bytes"),
        ({"CAREFLOW_CONTENT_DIR": "/nowhere"}, "CAREFLOW_CONTENT_DIR cannot be read"),
    ],
)
async def test_a_wrong_setting_is_one_line_and_no_process(
    environment: dict[str, str], changed: dict[str, str], complaint: str
) -> None:
    async with started("api", {**environment, **changed}) as api:
        code, said = await api.ended()
    assert code == 3
    assert complaint in said.splitlines()[-1]
