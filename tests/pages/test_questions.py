"""A patient's questions in a real browser: on three widths, also when an answer is alarming, and in Spanish."""

import re

import pytest
from playwright.async_api import Browser

from careflow_service.identity import Role
from services.screening.tests.clinic import has_case, ok
from services.screening.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

PHQ_9 = re.compile("PHQ-9")


async def link_of(world: World) -> str:
    case = await has_case(world)
    path: str = ok(await world.calling(Role.COORDINATOR).post(f"/v1/cases/{case['id']}/links"), 201)["path"]
    return path


async def chooses(reader: Reader, answer: str) -> None:
    await reader.page.get_by_label(answer, exact=True).check()
    await reader.sends("Continue")


async def test_every_page_is_read_by_everybody(browser: Browser, screening: tuple[World, str]) -> None:
    forget_pictures("questions")
    world, address = screening
    async with Reader.at(browser, address, EVERY, name="questions") as reader:
        await reader.opens(await link_of(world))
        await reader.looks("Your questions")
        await reader.fills(Month="4", Day="2", Year="1989")
        await reader.sends("Continue")
        await reader.looks("Your questions")
        await reader.fills(Month="4", Day="2", Year="1988")
        await reader.sends("Continue")
        await reader.looks("Your questions")
        await reader.follows(PHQ_9)
        await reader.looks("Little interest or pleasure in doing things")
        await reader.sends("Continue")
        await reader.looks("Little interest or pleasure in doing things")
        for _ in range(8):
            await chooses(reader, "Not at all")
        await chooses(reader, "More than half the days")
        await reader.looks("Please read this first")
        await reader.fills(Where_you_are_now="12 Oak Lane", Telephone_number="415 555 0100")
        await reader.sends("Send")
        await reader.looks("Thank you. We know where you are.")
        await reader.opens("/pages/questions")
        await reader.follows(PHQ_9)
        await chooses(reader, "Not difficult at all")
        await reader.looks("Are these your answers?")
        await reader.sends("Send my answers")
        await reader.looks("Your questions")


async def test_in_spanish(browser: Browser, screening: tuple[World, str]) -> None:
    world, address = screening
    async with Reader.at(browser, address, "phone", name="preguntas", language="es-MX") as reader:
        await reader.opens(await link_of(world))
        await reader.looks("Sus preguntas")
        await reader.fills(Mes="4", Día="2", Año="1988")
        await reader.sends("Continuar")
        await reader.looks("Sus preguntas")
