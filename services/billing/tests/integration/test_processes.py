"""The processes as an operator starts them: what they need, and what they say without it."""

import json
from functools import partial
from importlib import resources
from pathlib import Path

import pytest

from billing.bootstrap import SERVICE
from billing.settings import BillingSettings
from careflow_service.processes.opening import StartUpFailure, opened
from careflow_service.settings import load
from careflow_service.testing import processes
from careflow_service.testing.processes import ready

started = partial(processes.started, "billing")


@pytest.fixture
def environment(store_url: str, new_database: str, tmp_path: Path) -> dict[str, str]:
    """Complete settings of a development process, without Kafka."""
    return processes.environment(tmp_path, store_url, new_database, seals_to=("booking",))


async def test_indexes_api_and_timers_work_without_kafka(environment: dict[str, str]) -> None:
    async with started("indexes", environment) as indexes:
        assert (await indexes.ended())[0] == 0
    async with started("api", environment) as api, started("timers", environment) as timers:
        async with await api.client() as calling, await timers.client() as looking:
            assert await ready(calling) == {"store": True, "not_fenced": True}
            assert await ready(looking) == {"store": True, "not_fenced": True}
            assert (await calling.get("/v1/ledger/trial-balance")).status_code == 401
        assert await api.stopped() == 0
        assert await timers.stopped() == 0


def practice_with(**changed: str) -> str:
    shipped = json.loads((resources.files("billing") / "data" / "development_practice.json").read_bytes())
    return json.dumps({**shipped, **changed})


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("practice.json", None, "practice.json cannot be read"),
        ("practice.json", practice_with(npi="1234567890"), "practice_invalid"),
        ("content/fee_schedules.json", '{"schedules": []}', "fee_schedule_invalid"),
        ("content/fee_schedules.json", '{"prices": 1}', "FeeSchedules: schedules"),
        ("content/fee_schedules.json", "{", "FeeSchedules: the document"),
        ("content/diagnosis_codes", "not a folder", "diagnosis_codes/editions.json cannot be read"),
        ("content/fee_schedule.json", "{}", "holds fee_schedule.json, which nobody here knows"),
    ],
)
async def test_a_wrong_document_keeps_a_process_from_starting(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str | None,
    complaint: str,
) -> None:
    own, paper = tmp_path / "content", tmp_path / "practice.json"
    own.mkdir()
    paper.write_text(practice_with())
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content)
    told = {"CAREFLOW_CONTENT_DIR": str(own), "CAREFLOW_PRACTICE_FILE": str(paper)}
    for variable, value in {**environment, **told}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(StartUpFailure, match=complaint):
        async with opened(SERVICE, load(BillingSettings), process="tests"):
            pass


async def test_in_production_it_is_told_who_the_clinic_is(environment: dict[str, str]) -> None:
    real = {"CAREFLOW_ENVIRONMENT": "production", "CAREFLOW_TOKEN_ISSUER": "https://login.clinic.example"}
    async with started("api", {**environment, **real}) as api:
        code, said = await api.ended()
    assert code == 3
    assert "CAREFLOW_PRACTICE_FILE is missing" in said.splitlines()[-1]
