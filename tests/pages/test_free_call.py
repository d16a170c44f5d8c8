"""The free call in a real browser: on three widths, with the keyboard alone, and with the back button."""

import pytest
from playwright.async_api import Browser

from services.booking.tests.mailbox import link_of
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

START = "/pages/free-call"
ANA = {
    "First_name": "Ana",
    "Last_name": "Ríos",
    "Month": "5",
    "Day": "17",
    "Year": "1984",
    "Telephone_number": "415 555 0100",
    "E-mail_address": "ana@example.org",
}


async def to_the_last_look(reader: Reader, time: str = "10:30", **changes: str) -> None:
    await reader.opens(START)
    await reader.page.get_by_label("By telephone").check()
    await reader.sends("See free times")
    await reader.follows(time)
    await reader.fills(**{**ANA, **changes})
    await reader.sends("Continue")


async def test_every_page_is_read_by_everybody(browser: Browser, booking: tuple[World, str]) -> None:
    forget_pictures("free-call")
    world, address = booking
    async with Reader.at(browser, address, EVERY, name="free-call") as reader:
        await reader.opens(START)
        await reader.looks("Book a free 15-minute call")
        await reader.sends("See free times")
        await reader.looks("Book a free 15-minute call")
        await reader.page.get_by_label("By video").check()
        await reader.sends("See free times")
        await reader.looks("Choose a time")
        await reader.follows("11:00")
        await reader.looks("Whom do we call?")
        await reader.sends("Continue")
        await reader.looks("Whom do we call?")
        await reader.fills(**{**ANA, "Year": "2012"})
        await reader.sends("Continue")
        await reader.looks("We treat adults only")
        await reader.sends("Change the details")
        await reader.fills(**ANA)
        await reader.sends("Continue")
        await reader.looks("Is everything right?")
        await reader.sends("Book this call")
        await reader.looks("One more step")
        await world.catch_up()
        await reader.opens(link_of(world, "free-call/confirm"))
        await reader.looks("Is this the call you asked for?")
        await reader.sends("Yes, book this call")
        await reader.looks("Your call is booked")


async def test_what_is_wrong_leads_to_its_field(browser: Browser, booking: tuple[World, str]) -> None:
    _, address = booking
    async with Reader.at(browser, address, "phone", name="wrong") as reader:
        await to_the_last_look(reader, Year="84")
        await reader.page.get_by_role("link", name="Date of birth").click()
        assert await reader.page.locator(":focus").get_attribute("name") == "birth_date_month"


async def test_the_keyboard_is_enough(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    async with Reader.at(browser, address, "desktop", name="keyboard") as reader:
        await reader.opens(START)
        await reader.page.keyboard.press("Tab")
        assert await reader.page.locator(":focus").inner_text() == "Skip to the main content"
        await reader.tabs_to("By telephone")
        await reader.page.keyboard.press("Space")
        await reader.tabs_to("See free times")
        await reader.enters()
        await reader.page.wait_for_url("**/times?**")
        await reader.tabs_to("1:15 PM")
        await reader.enters()
        await reader.page.wait_for_url("**/details?**")
        for label, typed in ANA.items():
            await reader.tabs_to(label.replace("_", " "))
            await reader.page.keyboard.type(typed)
        await reader.enters()
        await reader.page.wait_for_url("**/check?**")
        await reader.tabs_to("Book this call")
        await reader.enters()
        await reader.page.wait_for_url("**/book?**")
        await reader.looks("One more step")
    assert await world.store.database["appointments"].count_documents({}) == 1


async def test_back_and_again_is_one_call(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    async with Reader.at(browser, address, "phone", name="back") as reader:
        await to_the_last_look(reader)
        await reader.sends("Book this call")
        await reader.looks("One more step")
        await reader.page.reload()
        await reader.looks("One more step")
    assert await world.store.database["appointments"].count_documents({}) == 1


async def test_two_windows_one_time(browser: Browser, booking: tuple[World, str]) -> None:
    _, address = booking
    async with (
        Reader.at(browser, address, "phone", name="first") as first,
        Reader.at(browser, address, "desktop", name="second") as second,
    ):
        await to_the_last_look(first)
        other = {"First_name": "Ben", "E-mail_address": "ben@example.org", "Telephone_number": "415 555 0199"}
        await to_the_last_look(second, **other)
        await first.sends("Book this call")
        await second.sends("Book this call")
        await second.looks("That time is no longer free")
        await second.sends("Continue")
        await second.sends("Book this call")
        await second.looks("One more step")
