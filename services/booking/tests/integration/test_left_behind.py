"""An integration whose dosing visit is gone: it stays, and somebody is asked whether it should."""

from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import session_codes
from careflow_service.identity import Role
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import acts, ok, refusal
from services.booking.tests.integration.test_tasks import tasks
from services.booking.tests.treatment import (
    DOSING_AT,
    care_path,
    deadlines_fire,
    doses,
    of_session,
    reads,
    session_ended,
)
from services.booking.tests.world import World

LOST = "settle_integration"


async def lost_its_dose(world: World) -> Any:
    """The integration of a dosing visit that the patient has called off."""
    _, dose = await news.booked(world)
    await acts(world.coordinator, dose, "cancel", reason="patient_request")
    return dose["integration"]


async def test_it_is_a_task_until_somebody_keeps_it(world: World) -> None:
    left = await lost_its_dose(world)
    assert await tasks(world) == [(LOST, left["id"])]
    path = await care_path(world, left["patient_id"])
    assert LOST in [each["code"] for each in path["due"]]
    kept = await acts(world.coordinator, await reads(world, left), "keep")
    assert (kept["status"], kept["dose_gone_since"], await tasks(world)) == ("booked", None, [])
    again = await world.coordinator.post(f"/v1/appointments/{left['id']}/keep", {}, version=kept["version"])
    assert refusal(again) == (409, "nothing_to_settle")


async def test_it_asks_no_longer_once_another_dose_is_booked_before_it(world: World) -> None:
    left = await lost_its_dose(world)
    await doses(world, left["patient_id"], integration_at=None)
    assert (await reads(world, left))["dose_gone_since"] is None
    assert await tasks(world) == []


async def test_both_are_called_off_together_or_none(world: World) -> None:
    _, dose = await news.booked(world)
    path = f"/v1/appointments/{dose['id']}/cancel"
    other = {"reason": "patient_request", "integration": dose["id"]}
    assert refusal(await world.coordinator.post(path, other, version=1)) == (409, "not_a_pair")
    pair = {"reason": "patient_request", "integration": dose["integration"]["id"]}
    ok(await world.coordinator.post(path, pair, version=1))
    assert [(await reads(world, each))["status"] for each in (dose, dose["integration"])] == ["cancelled"] * 2
    assert await tasks(world) == []
    said = await world.said_types(dose["patient_id"])
    assert len([each for each in said if each.endswith("Cancelled")]) == 2


async def test_a_hold_that_calls_the_dose_off_leaves_it_to_somebody(world: World) -> None:
    known, dose = await news.booked(world)
    await world.hear(news.alert(known))
    world.clock.now = DOSING_AT - timedelta(hours=23)
    await deadlines_fire(world)
    assert (await reads(world, dose))["status"] == "cancelled"
    assert (LOST, dose["integration"]["id"]) in await tasks(world)


async def test_a_session_that_ends_without_a_dose_leaves_it_to_somebody(world: World) -> None:
    _, dose = await news.booked(world)
    world.clock.now = DOSING_AT
    await world.hear(contracts.SessionCheckedIn(**of_session(dose, DOSING_AT)))
    stopped = session_codes.SessionOutcome.STOPPED
    await world.hear(session_ended(contracts.SessionAborted, dose, DOSING_AT, stopped))
    assert (LOST, dose["integration"]["id"]) in await tasks(world)


async def test_whoever_calls_the_dose_off_at_the_desk_sees_it(world: World) -> None:
    _, dose = await news.booked(world)
    someone, page = await logs_in(world, to=f"/pages/desk/visits/{dose['id']}/cancel")
    assert "Call off its integration on" in page.text
    done = await someone.presses(page, "Call it off", reason="patient_request")
    assert "The integration on Fri, November 27, 1:00 PM is still booked" in done.text
    listed = await someone.opens("/pages/desk/tasks")
    assert "Its dosing visit does not take place" in listed.text
    kept = await someone.presses(listed, "It stays")
    assert "Noted: it stays as it is booked." in kept.text


async def test_at_the_desk_both_are_called_off_by_one_button(world: World) -> None:
    _, dose = await news.booked(world)
    someone, page = await logs_in(world, to=f"/pages/desk/visits/{dose['id']}/cancel")
    pair = dose["integration"]["id"]
    done = await someone.presses(page, "Call it off", reason="patient_request", integration=pair)
    assert "still booked" not in done.text
    assert (await reads(world, dose["integration"]))["status"] == "cancelled"


async def test_it_is_the_clinics_to_keep(world: World) -> None:
    left = await lost_its_dose(world)
    path = f"/v1/appointments/{left['id']}/keep"
    assert refusal(await world.patient(left["patient_id"]).post(path, {}, version=2)) == (403, "forbidden")
    assert refusal(await world.calling(Role.BILLER).post(path, {}, version=2)) == (403, "forbidden")
