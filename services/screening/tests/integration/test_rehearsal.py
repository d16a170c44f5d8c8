"""Every unit of work may run twice: with each first try thrown away, the whole path ends the same."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.screening.tests.clinic import answers, cleared, has_case, has_rota, ok, open_alert, reads_clearance
from services.screening.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a runner that begins every unit of work twice."""
    async with running(store_url, database, tmp_path / "pages", rehearsing=True) as world:
        yield world


async def test_a_clearance_is_granted_suspended_and_expires_once(world: World) -> None:
    case, clearance_id = await cleared(world)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "phenelzine"}), 201)
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "IX-MAOI"
    await world.travel(timedelta(days=100))
    said = await world.said_types(case["patient_id"])
    assert [each for each in said if each.startswith("Clearance")] == [
        "ClearanceGranted",
        "ClearanceSuspended",
        *["ClearanceExpiring"] * 3,
        "ClearanceExpired",
    ]


async def test_an_alarm_pages_each_person_once(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    ok(await answers(world, case, "phq-9", {"9": "3"}))
    await world.travel(timedelta(minutes=5))
    assert world.paged() == [
        ("user-nurse", "sms"),
        ("user-nurse", "push"),
        ("user-prescriber", "sms"),
        ("user-prescriber", "push"),
    ]
    alert = await open_alert(world)
    ok(await world.nurse.post(f"/v1/alerts/{alert['id']}/acknowledge"))
    assert await world.alarmed(case["patient_id"]) == [
        "SafetyAlertRaised",
        "SafetyAlertEscalated",
        "SafetyAlertAcknowledged",
    ]
