"""A patient's own visits in a real browser: seen, moved and cancelled, on three widths and in Spanish."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from services.booking.tests.builders import local
from services.booking.tests.clinic import books, has_patient
from services.booking.tests.mailbox import link_of
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def is_told(world: World) -> str:
    """Somebody has a call in four days; answers the link in the message about it."""
    await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    await world.catch_up()
    return link_of(world, "visits")


async def test_every_page_is_read_by_everybody(browser: Browser, booking: tuple[World, str]) -> None:
    forget_pictures("visits")
    world, address = booking
    async with Reader.at(browser, address, EVERY, name="visits") as reader:
        await reader.opens(await is_told(world))
        await reader.looks("Your appointments")
        await reader.fills(Month="4", Day="2", Year="1989")
        await reader.sends("Continue")
        await reader.looks("Your appointments")
        await reader.fills(Month="4", Day="2", Year="1988")
        await reader.sends("Continue")
        await reader.looks("Your appointments")
        await reader.follows("Your record: ask for it, or see when you get it")
        await reader.looks("Your record")
        await reader.sends("Ask for it")
        await reader.looks("Your record")
        await reader.follows("Back to your appointments")
        await reader.follows("Choose another time")
        await reader.looks("Choose a time")
        await reader.follows("10:15 AM")
        await reader.looks("Move this appointment?")
        await reader.sends("Move it")
        await reader.looks("Your appointments")
        await reader.follows("Cancel")
        await reader.looks("Cancel this appointment?")
        world.clock.advance(timedelta(days=4))
        await reader.presses("Cancel it")
        await expect(reader.page.locator("#sending")).to_contain_text("You were away too long, and nothing was sent.")
        await reader.looks("Cancel this appointment?")


async def test_in_spanish(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    async with Reader.at(browser, address, "phone", name="visits-es", language="es") as reader:
        await reader.opens(await is_told(world))
        await reader.fills(Mes="4", Día="2", Año="1988")
        await reader.sends("Continuar")
        await reader.looks("Sus citas")
        await reader.follows("Su historia clínica: pídala, o vea cuándo la recibe")
        await reader.looks("Su historia clínica")
        await reader.follows("Volver a sus citas")
        await reader.follows("Anular")
        await reader.sends("Anularla")
        await reader.looks("Sus citas")
