"""A patient's own account and papers in a real browser: on three widths, and in Spanish."""

import pytest
from playwright.async_api import Browser

from services.billing.tests.builders import ANA
from services.billing.tests.clinic import estimates, has_patient, issue, ok, pays
from services.billing.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_money import worked_with

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def link_of(world: World) -> str:
    return str(ok(await world.biller.post(f"/v1/accounts/{ANA}/links"), 201)["path"])


async def test_every_page_is_read_by_everybody(browser: Browser, billing: tuple[World, str]) -> None:
    forget_pictures("my-account")
    world, address = billing
    await worked_with(world)
    await issue(world, (await estimates(world))[0])
    ok(await world.biller.post("/v1/receipts", {"payment_id": (await pays(world, 10))["payment_id"]}), 201)
    await world.catch_up()
    async with Reader.at(browser, address, EVERY, name="my-account") as reader:
        await reader.opens(await link_of(world))
        await reader.looks("Your account")
        await reader.fills(Month="4", Day="2", Year="1989")
        await reader.sends("Continue")
        await reader.looks("Your account")
        await reader.fills(Month="11", Day="23", Year="1988")
        await reader.sends("Continue")
        await reader.looks("Your account")


async def test_an_empty_one_in_spanish(browser: Browser, billing: tuple[World, str]) -> None:
    world, address = billing
    await has_patient(world)
    async with Reader.at(browser, address, "phone", name="mi-cuenta", language="es-MX") as reader:
        await reader.opens(await link_of(world))
        await reader.looks("Su cuenta")
        await reader.fills(Mes="11", Día="23", Año="1988")
        await reader.sends("Continuar")
        await reader.looks("Su cuenta")
