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
    INTEGRATION_AT,
    PREPARATION_AT,
    care_path,
    deadlines_fire,
    doses,
    in_treatment,
    of_session,
    prepares,
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


async def both_nights_over(world: World) -> Any:
    """The days of a dose and of its integration are over, and nobody has marked either."""
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    dose = await doses(world, ana)
    world.clock.now = PREPARATION_AT
    await acts(world.coordinator, preparation, "arrive")
    world.clock.now = INTEGRATION_AT + timedelta(days=1)
    await deadlines_fire(world)
    return dose


async def no_longer_missed(world: World, integration: Any) -> tuple[int, str]:
    left = await reads(world, integration)
    answer = await world.coordinator.post(f"/v1/appointments/{left['id']}/missed", {}, version=left["version"])
    return refusal(answer)


async def test_one_absence_is_one_missed_visit_whichever_is_marked_first(world: World) -> None:
    dose = await both_nights_over(world)
    assert await no_longer_missed(world, dose["integration"]) == (409, "dose_unmarked")
    await acts(world.coordinator, await reads(world, dose), "missed")
    assert await no_longer_missed(world, dose["integration"]) == (409, "dose_gone")
    assert await tasks(world) == [(LOST, dose["integration"]["id"])]
    off = await acts(world.coordinator, await reads(world, dose["integration"]), "cancel", reason="patient_request")
    assert (off["status"], off["cancellation"]["by"], await tasks(world)) == ("cancelled", "clinic", [])


async def test_whoever_came_to_the_dose_after_all_can_have_missed_its_integration(world: World) -> None:
    dose = await both_nights_over(world)
    missed = await acts(world.coordinator, await reads(world, dose), "missed")
    await acts(world.coordinator, missed, "correct")
    assert ("mark_visit", dose["integration"]["id"]) in await tasks(world)
    left = await acts(world.coordinator, await reads(world, dose["integration"]), "missed")
    assert left["status"] == "missed"


async def test_whoever_came_to_talk_although_there_was_no_dose_was_there(world: World) -> None:
    dose = await both_nights_over(world)
    await acts(world.coordinator, await reads(world, dose), "missed")
    left = await reads(world, dose["integration"])
    path = f"/v1/appointments/{left['id']}/keep"
    assert refusal(await world.coordinator.post(path, {}, version=left["version"])) == (409, "visit_started")
    assert (await acts(world.coordinator, left, "correct"))["status"] == "arrived"


async def test_giving_up_or_moving_what_lost_its_dose_is_no_loss_at_short_notice(world: World) -> None:
    left = await lost_its_dose(world)
    world.clock.now = INTEGRATION_AT - timedelta(hours=3)
    ana = world.patient(left["patient_id"])
    off = await acts(ana, await reads(world, left), "cancel", reason="patient_request")
    assert off["cancellation"]["by"] == "clinic"


async def test_the_desk_is_offered_no_button_by_which_it_would_be_missed(world: World) -> None:
    dose = await both_nights_over(world)
    someone, page = await logs_in(world, to=f"/pages/desk/visits/{dose['integration']['id']}")
    refused = await someone.presses(page, "Did not join")
    assert "Say first what became of the dosing visit before it." in refused.text
    await acts(world.coordinator, await reads(world, dose), "missed")
    page = await someone.opens(f"/pages/desk/visits/{dose['integration']['id']}")
    assert "Did not join" not in [button for form in page.forms for button in form.buttons]
    assert "Once it has begun: say that they were there, or call it off." in page.text
