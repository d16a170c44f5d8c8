"""The clinic's day on a wall: what it says of whom, and what it does not."""

from datetime import timedelta

import pytest

from booking.entrypoints.pages import wall
from careflow_service.identity import Role
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    has_patient,
    has_practitioner,
    have_patients,
)
from services.booking.tests.integration.test_day_board import has_heard
from services.booking.tests.news import alert, booked
from services.booking.tests.treatment import DOSING_AT
from services.booking.tests.world import World

WALL = "/pages/wall"


async def test_it_says_initials_a_place_and_a_state_and_nothing_else_of_anybody(world: World) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world))
    world.clock.now = TOMORROW_AT_TEN

    _, shown = await logs_in(world, Role.WALL_SCREEN, to=WALL)

    assert shown.h1 == "Tuesday, November 24, 2026"
    assert "10:00 AM A. R. By phone dr-lee ○ Expected" in shown.text
    for secret in ("Ana", "Rivera", "Free call", "<form", "<button"):
        assert secret not in shown.html, secret


async def test_what_is_in_the_way_is_no_reason_on_a_wall_and_unknown_is_not_clear(world: World) -> None:
    known, _ = await booked(world)
    world.clock.now = DOSING_AT
    screen, shown = await logs_in(world, Role.WALL_SCREEN, to=WALL)
    assert "? Unknown: ask" in shown.text

    await has_heard(world, DOSING_AT)
    assert "✓ Expected" in (await screen.opens(WALL)).text

    await world.hear(alert(known))
    waits = await screen.opens(WALL)
    assert "■ Do not begin: ask" in waits.text
    assert "✓" not in waits.text
    assert "clinical decision" not in waits.text


async def test_what_is_over_makes_room_and_what_does_not_fit_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "MOST", 1)
    await has_practitioner(world)
    first, second = await have_patients(world, 2)
    call = await books(world.coordinator, first)
    await books(world.coordinator, second, starts_at=TOMORROW_AT_TEN + timedelta(hours=1))
    world.clock.now = TOMORROW_AT_TEN

    screen, shown = await logs_in(world, Role.WALL_SCREEN, to=WALL)
    assert "10:00 AM" in shown.text.partition("Time.")[2]
    assert "More of today that do not fit here: 1." in shown.text
    assert "11:00 AM" not in shown.text

    await acts(world.coordinator, call, "missed")
    later = await screen.opens(WALL)
    assert "11:00 AM" in later.text
    assert "Over today: 1." in later.text


async def test_a_screen_sees_the_wall_alone(world: World) -> None:
    await has_practitioner(world)
    screen, shown = await logs_in(world, Role.WALL_SCREEN, to=WALL)

    assert "Nobody is booked on this day." in shown.text
    for other in ("/pages/day", "/pages/desk", "/pages/operations"):
        assert (await screen.opens(other)).status == 403, other
    coordinator, seen = await logs_in(world, Role.COORDINATOR, to="/pages/day")
    assert (await coordinator.follows(seen, "For a screen on the wall")).h1 == shown.h1
