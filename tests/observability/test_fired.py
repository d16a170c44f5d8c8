"""Prometheus with a deployment's files beside a real process; the test stands in for Alertmanager, and is told."""

import asyncio
import json
import queue
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pymongo import AsyncMongoClient

from careflow_cli.processes.ports import free_ports
from careflow_events.fencing import Fence
from careflow_events.mongo import MongoFences
from careflow_service.testing import processes
from libs.service.tests.http.local_server import Answers, answering
from tests.observability.programs import CONFIGURATION, program

pytestmark = [pytest.mark.store, pytest.mark.long]

WITHIN_SECONDS = 60


def configured(name: str) -> Any:
    return yaml.safe_load((CONFIGURATION / name).read_text("utf-8"))


def prometheus_file(process: httpx.AsyncClient, told: str) -> dict[str, Any]:
    """The deployment's own, which finds one process where it really is."""
    configuration = configured("prometheus.yml")
    (job,) = (each for each in configuration["scrape_configs"] if each["job_name"] == "careflow")
    del job["dns_sd_configs"]
    place = f"{process.base_url.host}:{process.base_url.port}"
    job["static_configs"] = [{"targets": [place], "labels": {"__meta_dns_name": "booking-timers"}}]
    return {
        **configuration,
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(CONFIGURATION / "rules.yml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [told.removeprefix("http://")]}]}]},
        "scrape_configs": [job],
    }


@asynccontextmanager
async def watched(process: httpx.AsyncClient, told: str, folder: Path) -> AsyncIterator[None]:
    """Prometheus asks the process for its metrics and hands alerts to `told`."""
    (folder / "prometheus.yml").write_text(yaml.safe_dump(prometheus_file(process, told)))
    (port,) = free_ports(1)
    with (folder / "prometheus.log").open("w") as log:
        watching = await asyncio.create_subprocess_exec(
            program("prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'metrics'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stderr=log,
        )
        try:
            yield
            assert watching.returncode is None, (folder / "prometheus.log").read_text()
        finally:
            if watching.returncode is None:
                watching.terminate()
            await watching.wait()


async def test_a_service_that_is_fenced_is_told_with_its_runbook(store_url: str, database: str, tmp_path: Path) -> None:
    program("prometheus")
    told: queue.Queue[list[dict[str, Any]]] = queue.Queue()

    class Alertmanager(Answers):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    given = processes.environment(tmp_path, store_url, database, seals_to=("screening", "sessions", "billing"))
    async with processes.started("booking", "indexes", given) as indexes:
        assert (await indexes.ended())[0] == 0
    async with (
        AsyncMongoClient[dict[str, Any]](store_url) as client,
        processes.started("booking", "timers", given) as process,
        await process.client() as timers,
    ):
        with answering(Alertmanager) as alertmanager:
            async with watched(timers, alertmanager, tmp_path):
                fence = Fence(datetime(2026, 11, 28, 9, 0, tzinfo=UTC), orphans=0, streams=0, looked=False)
                await MongoFences(client[database]).put_up(fence)
                alert = await asyncio.to_thread(_told_of, "Fenced", told)

    assert alert["labels"] == {"alertname": "Fenced", "service": "booking", "severity": "page"}
    assert alert["annotations"]["runbook"] == "docs/operators/runbooks.md#a-service-is-fenced"


def _told_of(name: str, told: queue.Queue[list[dict[str, Any]]]) -> dict[str, Any]:
    """The first alert of this name; others come too. Raises queue.Empty."""
    while True:
        for alert in told.get(timeout=WITHIN_SECONDS):
            if alert["labels"]["alertname"] == name:
                return alert
