"""`careflow sample`: an empty local stack becomes a clinic in which everybody has something before them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from careflow_cli.errors import CareflowError
from careflow_cli.main import app
from careflow_cli.stack.stack import Stack
from careflow_clinic import sample, sample_day
from careflow_clinic.bedside import CLINIC_ZONE
from careflow_clinic.cashier import BILLER
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, Patient, at
from careflow_clinic.http import Caller, Http


def test_a_deployment_is_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREFLOW_URLS", "booking=https://clinic.example")

    refused = CliRunner().invoke(app, ["sample"])

    assert isinstance(refused.exception, CareflowError)
    assert "names a deployment" in str(refused.exception)


def test_nothing_is_filled_that_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("CAREFLOW_STATE_DIR", str(tmp_path))

    refused = CliRunner().invoke(app, ["sample"])

    assert "careflow up" in str(refused.exception)


@pytest.mark.parametrize(
    ("when", "monday"),
    [
        (datetime(2026, 12, 3, 20, tzinfo=UTC), "2026-12-07"),
        (datetime(2026, 12, 6, 23, tzinfo=UTC), "2026-12-07"),
        (datetime(2026, 12, 7, 18, tzinfo=UTC), "2026-12-14"),
        (datetime(2026, 10, 30, 18, tzinfo=UTC), "2026-11-02"),  # across the end of daylight saving time
    ],
)
def test_the_week_of_the_doses_begins_on_a_monday_to_come(when: datetime, monday: str) -> None:
    found = sample_day.monday_after(when)

    assert (found.date().isoformat(), found.hour, found.tzinfo, found > when) == (monday, 0, CLINIC_ZONE, True)


@pytest.fixture
def empty() -> Iterator[Stack]:
    with Stack.ephemeral() as stack:
        yield stack


@pytest.mark.kafka
@pytest.mark.store
@pytest.mark.long
@pytest.mark.timeout(300)
def test_everybody_has_something_before_them_and_it_is_filled_once(empty: Stack) -> None:
    told: list[str] = []
    people, links = asyncio.run(sample.filled(empty, told.append))

    assert "an infusion is running" in told
    assert [each.split(",")[0] for each in links] == ["Sol Fictional", "Robin Invented"]
    asyncio.run(_has_work_for_everybody(empty, people))
    with pytest.raises(CareflowError, match="a clinic in this stack already"):
        asyncio.run(sample.filled(empty, told.append))


async def _has_work_for_everybody(stack: Stack, people: sample_day.Sample) -> None:
    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject)

    now = stack.clock.now().astimezone(CLINIC_ZONE)
    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    async with Http(urls, token) as http:

        async def visits_today(patient: Patient) -> list[dict[str, Any]]:
            found = await http.get(COORDINATOR, "booking", "/v1/appointments", params={"patient_id": patient.id})
            return [each for each in found.body["items"] if at(each["starts_at"]).date() == now.date()]

        async def stage(patient: Patient) -> str:
            return str((await http.get(COORDINATOR, "booking", f"/v1/care-paths/{patient.id}")).body["stage"])

        assert (now.weekday(), now.hour) == (1, 9), "a Tuesday morning"
        (dose,) = await visits_today(people.in_a_dose)
        (call,) = await visits_today(people.calling)
        running = (await http.get(NURSE, "sessions", f"/v1/appointments/{dose['id']}/session")).body
        assert (dose["status"], call["status"], running["state"]) == ("arrived", "booked", "in_progress")
        (waiting,) = (await http.get(PRESCRIBER, "screening", "/v1/cases")).body["items"]
        assert waiting["patient_id"] == people.undecided.id
        assert [await stage(each) for each in (people.cleared, people.screened)] == ["cleared", "screening"]
        account = (await http.get(BILLER, "billing", f"/v1/accounts/{people.between.id}")).body
        assert account["owed"]["minor"] > 0
