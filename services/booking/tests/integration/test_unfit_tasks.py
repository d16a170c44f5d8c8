"""Visits that somebody, or a room, cannot give any more are tasks, whatever changed, until they are settled."""

from typing import Any

import pytest

from booking.application import fitness
from booking.domain.fitness_checks import SETTLED_AFTER
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.integration.test_desk import changed
from services.booking.tests.integration.test_tasks import tasks
from services.booking.tests.treatment import deadlines_fire, reads
from services.booking.tests.world import World

REASSIGN = "reassign_visit"


async def to_reassign(world: World) -> list[str]:
    """The kinds of the visits, after the timers had their turn."""
    await deadlines_fire(world)
    listed = [ref for kind, ref in await tasks(world) if kind == REASSIGN]
    return sorted([(await reads(world, {"id": each}))["kind"] for each in listed])


async def test_whoever_leaves_leaves_tasks_that_their_return_ends(world: World) -> None:
    _, dose = await news.booked(world)
    await changed(world, "kim", active=False)
    assert await to_reassign(world) == ["dosing", "integration", "preparation"]
    await changed(world, "kim")
    assert await to_reassign(world) == []
    assert (await reads(world, dose))["unfit_since"] is None


async def a_day_off(world: World, _: Any) -> None:
    ok(await world.coordinator.post("/v1/practitioners/joy/absence", {"day": "2026-11-25"}, version=1))


async def a_shorter_licence(world: World, _: Any) -> None:
    await changed(world, "joy", licences=[{"role": "nurse", "state": "CA", "valid_until": "2026-11-24"}])


async def a_closed_room(world: World, dose: Any) -> None:
    ok(await world.coordinator.post(f"/v1/rooms/{dose['room_id']}/absence", {"day": "2026-11-25"}, version=1))


async def a_room_out_of_use(world: World, dose: Any) -> None:
    room = {"name": "Dose", "purposes": ["dosing"], "active": False}
    ok(await world.coordinator.put(f"/v1/rooms/{dose['room_id']}", room, version=1))


@pytest.mark.parametrize("change", [a_day_off, a_shorter_licence, a_closed_room, a_room_out_of_use])
async def test_what_changes_makes_tasks_of_the_visits_it_concerns(world: World, change: Any) -> None:
    _, dose = await news.booked(world)
    await change(world, dose)
    assert await to_reassign(world) == ["dosing"]


async def test_a_patient_who_moves_makes_tasks_of_what_nobody_may_give_them_there(world: World) -> None:
    known, _ = await news.booked(world)
    path = f"/v1/patients/{known['patient_id']}"
    patient = ok(await world.coordinator.get(path))
    details = {**patient["details"], "state": "OR"} if "details" in patient else {**patient, "state": "OR"}
    ok(await world.coordinator.put(path, details, version=patient["version"]))
    visits = ok(await world.coordinator.get("/v1/appointments", patient_id=known["patient_id"]))["items"]
    assert [each["unfit_since"] is not None for each in visits] == [True, True, True]


async def test_it_is_settled_by_giving_it_to_somebody_else(world: World) -> None:
    _, dose = await news.booked(world)
    await a_day_off(world, dose)
    assert await to_reassign(world) == ["dosing"]
    await has_practitioner(world, "max", "nurse")
    given = await acts(world.coordinator, dose, "reassign", patient_agreed=False)
    assert (given["unfit_since"], await to_reassign(world)) == (None, [])


async def test_a_full_calendar_is_looked_through_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitness, "_AT_ONCE", 1)
    await has_practitioner(world)
    for hour in (10, 11, 12):
        patient = await has_patient(world, email=f"p{hour}@example.org", phone=f"415 555 01{hour}")
        await books(world.coordinator, patient, starts_at=local(24, hour))
    (who,) = ok(await world.coordinator.get("/v1/practitioners"))["items"]
    await changed(world, who["id"], active=False)
    assert await to_reassign(world) == ["info_call"] * 3


async def test_at_the_desk_it_says_who_cannot_and_leads_to_their_day(world: World) -> None:
    _, dose = await news.booked(world)
    await changed(world, "kim", active=False)
    await deadlines_fire(world)
    someone, page = await logs_in(world, to=f"/pages/desk/visits/{dose['id']}")
    assert "kim works here no longer." in page.text
    day = await someone.follows(page, "All visits of that day, with who could give them")
    assert day.h1 == "kim is away"
    gone = await someone.presses(await someone.follows(day, "Call it off, free of charge"), "Call it off")
    assert "It was called off." in gone.text


async def test_nobody_is_said_to_have_missed_what_nobody_could_give(world: World) -> None:
    """Neither the board nor the visit's page offers it, and over HTTP it is refused: a fee would follow."""
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(24, 10))
    await changed(world, "dr-lee", active=False)
    await deadlines_fire(world)
    world.clock.now = local(24, 10, 5)
    for path in ("/pages/day?day=2026-11-24", f"/pages/desk/visits/{call['id']}"):
        _, page = await logs_in(world, to=path)
        assert not any("Was not reached" in form.buttons for form in page.forms), path
    _, asks = await logs_in(world, to=f"/pages/desk/visits/{call['id']}/cancel")
    assert "The patient owes nothing." in asks.text
    assert "late cancellations" not in asks.text
    late = await reads(world, call)
    answer = await world.coordinator.post(f"/v1/appointments/{call['id']}/missed", version=late["version"])
    assert refusal(answer) == (409, "cannot_be_given")
    off = await acts(world.coordinator, late, "cancel", reason="patient_request")
    assert off["cancellation"]["by"] == "clinic"


async def is_away_all_day(world: World, who: str) -> None:
    path = f"/v1/practitioners/{who}"
    there = ok(await world.coordinator.get(path))
    ok(await world.coordinator.post(f"{path}/absence", {"day": "2026-11-24"}, version=there["version"]))


async def test_a_visit_booked_while_an_absence_commits_is_looked_at_again(world: World, overtaking: Overtaking) -> None:
    """Who books has seen the clinic as it was, and is there only when all has been looked through."""
    lee = await has_practitioner(world)
    ana = await has_patient(world)

    async def is_away_and_all_is_looked_through() -> None:
        await is_away_all_day(world, lee)
        await world.catch_up()

    overtaking.by(is_away_and_all_is_looked_through)
    call = await books(world.coordinator, ana, starts_at=local(24, 10))
    await world.catch_up()
    assert (await reads(world, call))["unfit_since"] is None
    await world.travel(SETTLED_AFTER)
    assert await to_reassign(world) == ["info_call"]


async def test_an_absence_that_commits_after_a_visit_was_booked_finds_it_at_once(
    world: World, overtaking: Overtaking
) -> None:
    lee = await has_practitioner(world)
    ana = await has_patient(world)
    overtaking.by(lambda: books(world.coordinator, ana, starts_at=local(24, 10)))
    await is_away_all_day(world, lee)
    assert await to_reassign(world) == ["info_call"]
