"""What the clinic decides for itself, of docs/operators/compose.md: its own prices count once processes start anew."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from careflow_clinic.http import Caller
from tests.compose.project import ROOT, CommandFailed, Project

SHIPPED = ROOT / "services" / "billing" / "src" / "billing" / "data" / "fee_schedules.json"
JOB = ("run", "--rm", "-T", "billing-indexes")
CODE = "90791"
OURS = 12_345  # of the smallest unit


@pytest.fixture
def content(project: Project) -> Iterator[Path]:
    """The folder for billing, empty again at the end."""
    folder = project.folder / "content" / "billing"
    yield folder
    for each in folder.iterdir():
        each.unlink()


def prices(project: Project) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {project.token(Caller('bo-biller', ('biller',)))}"}
    answer = httpx.get(f"{project.edge}/billing/v1/fee-schedule", headers=headers, verify=project.trust(), timeout=30)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each["amount"]["minor"] for each in answer.json()["prices"]}


def test_prices_of_its_own_count_once_the_processes_are_made_anew(project: Project, content: Path) -> None:
    before = prices(project)
    schedules: dict[str, Any] = json.loads(SHIPPED.read_bytes())
    for each in schedules["schedules"]:
        (ours,) = (price for price in each["prices"] if price["code"] == CODE)
        ours["amount"]["minor"] = OURS
    (content / "fee_schedules.json").write_text(json.dumps(schedules))

    project.compose(*JOB)
    assert prices(project) == before, "the job changes nothing of what runs"
    project.compose("up", "-d", "--force-recreate", "--no-deps", "billing-api", "billing-worker", "billing-timers")
    project.await_healthy()

    assert prices(project) == {**before, CODE: OURS}


@pytest.mark.parametrize(
    ("name", "document", "complaint"),
    [
        ("fee_schedules.json", '{"schedules": []}', "fee_schedule_invalid"),
        ("fee_schedule.json", "{}", "CAREFLOW_CONTENT_DIR holds fee_schedule.json, which nobody here knows"),
    ],
)
def test_what_cannot_be_used_is_told_by_the_job(
    project: Project, content: Path, name: str, document: str, complaint: str
) -> None:
    (content / name).write_text(document)

    with pytest.raises(CommandFailed, match=complaint):
        project.compose(*JOB)
