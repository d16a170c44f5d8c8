"""The clinic's day in a real browser: on three widths, with the keyboard alone, and by two people at once."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_patient
from services.booking.tests.news import alert, booked
from services.booking.tests.treatment import DOSING_AT
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

BOARD = "/pages/day"
DAY = "Tuesday, November 24, 2026"


async def logs_in(reader: Reader, to: str = BOARD) -> None:
    await reader.opens(to)
    await reader.fills(Token=ISSUER.token(Role.COORDINATOR))
    await reader.sends("Log in")
    await reader.page.wait_for_url(f"**{to}")


async def has_call(world: World) -> Any:
    call = await books(world.coordinator, await has_patient(world))
    world.clock.now = TOMORROW_AT_TEN
    return call


async def test_every_page_is_read_by_everybody(browser: Browser, booking: tuple[World, str]) -> None:
    forget_pictures("day")
    world, address = booking
    async with Reader.at(browser, address, EVERY, name="day") as reader:
        await reader.opens(BOARD)
        await reader.looks("Log in")
        await reader.fills(Token="nonsense")
        await reader.sends("Log in")
        await reader.looks("Log in")
        await has_call(world)
        await logs_in(reader)
        await reader.looks(DAY)
        await reader.sends("Is on the line")
        await reader.looks(DAY)
        await reader.follows("Show it anew every 20 seconds")
        await reader.looks(DAY)
        await reader.follows("The day after")
        await reader.looks("Wednesday, November 25, 2026")
        await reader.sends("Log out")
        await reader.looks("You are logged out")


async def test_what_is_in_the_way_is_seen(browser: Browser, new_booking: tuple[World, str]) -> None:
    forget_pictures("held")
    world, address = new_booking
    known, _ = await booked(world)
    world.clock.now = DOSING_AT
    async with Reader.at(browser, address, EVERY, name="held") as reader:
        await logs_in(reader)
        await reader.looks("Wednesday, November 25, 2026")
        assert await reader.page.get_by_text("Unknown: ask the clinical team.").is_visible()
        await world.hear(alert(known))
        await reader.page.reload()
        await reader.looks("Wednesday, November 25, 2026")
        assert await reader.page.get_by_text("On hold:").is_visible()


async def test_the_keyboard_is_enough(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    await has_call(world)
    async with Reader.at(browser, address, "desktop", name="day-keyboard") as reader:
        await reader.opens(BOARD)
        await reader.tabs_to("Token")
        await reader.page.keyboard.type(ISSUER.token(Role.NURSE))
        await reader.enters()
        await reader.page.wait_for_url(f"**{BOARD}")
        await reader.tabs_to("Is on the line")
        await reader.enters()
        await reader.page.wait_for_url("**#visit-*")
        assert await reader.page.get_by_text("Is on the line").is_visible()


async def test_a_wall_keeps_itself_current_and_looks_like_nothing_when_it_is_not(
    browser: Browser, booking: tuple[World, str]
) -> None:
    forget_pictures("wall")
    world, address = booking
    call = await has_call(world)
    async with Reader.at(browser, address, "desktop", name="wall") as reader:
        await reader.page.clock.install()
        await reader.opens("/pages/wall")
        await reader.fills(Token=ISSUER.token(Role.WALL_SCREEN))
        await reader.sends("Log in")
        await reader.looks(DAY, width=EVERY)
        wall, state = reader.page.locator("#wall"), reader.page.locator(".state")
        await acts(world.coordinator, call, "arrive")
        await reader.page.clock.run_for(15_000)
        await expect(state).to_contain_text("Is on the line")

        await reader.page.context.set_offline(True)
        await reader.page.clock.run_for(60_000)

        await expect(wall.get_by_role("alert")).to_contain_text("NOT CURRENT. Nothing was heard since")
        await expect(state).to_be_hidden()
        await reader.looks(DAY)
        await reader.page.context.set_offline(False)
        await reader.page.clock.run_for(15_000)
        await expect(state).to_be_visible()
        await expect(wall.get_by_role("alert")).to_have_text("")
        reader.wrong = [each for each in reader.wrong if "ERR_INTERNET_DISCONNECTED" not in each]


async def test_two_people_one_visit(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    await has_call(world)
    async with (
        Reader.at(browser, address, "tablet", name="day-first") as first,
        Reader.at(browser, address, "desktop", name="day-second") as second,
    ):
        await logs_in(first)
        await logs_in(second)
        await first.sends("Is on the line")
        await first.page.wait_for_url("**#visit-*")
        await second.sends("Was not reached")
        assert await second.page.get_by_role("alert").is_visible()
        assert await second.page.get_by_text("Somebody else changed this visit meanwhile.").is_visible()
        await second.looks(DAY)
