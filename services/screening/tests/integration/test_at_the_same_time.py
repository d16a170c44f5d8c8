"""Two things at once: nothing is granted past an alert or a fact that arrives meanwhile, nobody is paged twice."""

import asyncio
from contextvars import Context
from typing import Any

import pytest

from screening.domain.ids import PatientId
from services.screening.tests.clinic import (
    answers,
    cleared,
    has_case,
    has_rota,
    ok,
    open_alert,
    reads,
    reads_clearance,
    ready_to_decide,
    request_of,
)
from services.screening.tests.world import World


@pytest.fixture
def first_read(world: World, monkeypatch: pytest.MonkeyPatch) -> "Interruption":
    return Interruption(world, monkeypatch)


class Interruption:
    """Lets something else commit right after a use case has read the patient's alerts, once."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._alerts = type(world.application.ports.alerts)
        self._monkeypatch = monkeypatch

    def then(self, meanwhile: Any) -> None:
        original = self._alerts.open_of
        interrupted = False

        async def interrupted_read(alerts: Any, patient_id: PatientId, /) -> Any:
            nonlocal interrupted
            found = await original(alerts, patient_id)
            if not interrupted:
                interrupted = True
                await asyncio.create_task(meanwhile(), context=Context())  # as another request, not within this one
            return found

        self._monkeypatch.setattr(self._alerts, "open_of", interrupted_read)


async def test_a_grant_is_overtaken_by_an_alert_raised_while_it_decides(world: World, first_read: Interruption) -> None:
    case = await ready_to_decide(world)
    version = case["version"]
    alarm = {"patient_id": case["patient_id"], "level": "high", "note": "a friend called"}

    async def meanwhile() -> None:
        ok(await world.nurse.post("/v1/alerts", alarm), 201)

    first_read.then(meanwhile)
    path = f"/v1/cases/{case['id']}/decisions/grant"
    refused = await world.prescriber.post(path, {"indications": ["anxiety"]}, version=version)
    assert refused.status_code == 409
    assert refused.json()["missing"] == ["alert_open"]
    assert "ClearanceGranted" not in await world.said_types(case["patient_id"])


async def test_a_grant_is_overtaken_by_a_medication_added_while_it_decides(
    world: World, first_read: Interruption
) -> None:
    case = await ready_to_decide(world)

    async def meanwhile() -> None:
        ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "phenelzine"}), 201)

    first_read.then(meanwhile)
    path = f"/v1/cases/{case['id']}/decisions/grant"
    refused = await world.prescriber.post(path, {"indications": ["anxiety"]}, version=case["version"])
    assert (refused.status_code, "ClearanceGranted" in await world.said_types(case["patient_id"])) == (409, False)


async def test_many_answers_at_once_are_one_alert(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    answered = await asyncio.gather(
        *(answers(world, case, "phq-9", {"9": "2", item: "1"}) for item in ("1", "2", "3", "4")),
        *(answers(world, case, "c-ssrs-screener", {"4": "yes", item: "yes"}) for item in ("1", "2", "3", "5")),
    )
    assert {response.status_code for response in answered} == {200}
    await world.catch_up()
    alert = await open_alert(world)
    assert (await world.alarmed(case["patient_id"])).count("SafetyAlertRaised") == 1
    assert world.paged() == [("user-nurse", "sms"), ("user-nurse", "push")]
    given = request_of(await reads(world, case), "phq-9")["answers"]
    assert given == {"9": "2", "1": "1", "2": "1", "3": "1", "4": "1"}
    assert len(alert["positives"]) == 6


async def test_two_clinicians_acknowledge_at_once_and_one_has_it(world: World) -> None:
    case = await has_case(world)
    alert = ok(await answers(world, case, "phq-9", {"9": "2"}))["alert_id"]
    path = f"/v1/alerts/{alert}/acknowledge"
    both = await asyncio.gather(world.nurse.post(path), world.prescriber.post(path))
    assert sorted(response.status_code for response in both) == [200, 409]


async def test_two_findings_at_once_both_suspend(world: World) -> None:
    case, clearance_id = await cleared(world)
    path = f"/v1/cases/{case['id']}"
    pregnancy = {"condition": "pregnancy", "status": "active"}
    added = await asyncio.gather(
        world.nurse.post(f"{path}/medications", {"name": "phenelzine"}), world.nurse.post(f"{path}/facts", pregnancy)
    )
    assert {response.status_code for response in added} == {201}
    suspensions = (await reads_clearance(world, clearance_id))["suspensions"]
    assert {each["ref"] for each in suspensions} == {"IX-MAOI", "CI-08"}
