"""A patient's questions in a real browser: on three widths, also when an answer is alarming, and in Spanish."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from services.screening.tests.clinic import has_case, ok, reads, request_of
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


async def steps(reader: Reader, *keys: str, to: str) -> None:
    """By the keyboard, which then is at what comes: its heading, or what is wrong."""
    for key in keys:
        await reader.page.keyboard.press(key)
    await expect(reader.page.locator(":focus")).to_contain_text(to)
    await reader.is_at()


async def test_the_keyboard_is_enough(browser: Browser, screening: tuple[World, str]) -> None:
    """A whole PHQ-9 by one who uses no pointer: a wrong date, a question passed over, one changed on the way back and
    one on the last look.
    """
    world, address = screening
    async with Reader.at(browser, address, "phone", name="questions-by-keyboard") as reader:
        page = reader.page
        await reader.opens(await link_of(world))
        await page.keyboard.press("Tab")
        assert await reader.is_at() == "Skip to the main content"
        await reader.types_into(Month="4", Day="2", Year="1989")
        await steps(reader, "Enter", to="Please look at these again")
        assert (await page.title()).startswith("Error: ")
        await steps(reader, "Tab", to="Your date of birth: That is not the date we know.")
        await page.keyboard.press("Enter")
        assert await page.locator(":focus").get_attribute("name") == "birth_date_month"
        await page.keyboard.press("Tab")
        await reader.types_into(Year="1988")
        await reader.enters()
        await expect(page.locator("h1")).to_have_text("Your questions")
        await reader.tabs_to(re.sub(r"\s+", " ", await page.locator(".asked a").first.inner_text()))

        await steps(reader, "Enter", to="Little interest or pleasure in doing things")
        await page.keyboard.press("Tab")
        assert await reader.is_at() == "Not at all", "the answers follow the question, and none is chosen"
        assert await page.locator("input:checked").count() == 0
        await steps(reader, "Enter", to="Please look at these again")
        assert await page.title() == "Error: Question 1 of 10 – The clinic"
        await steps(reader, "Tab", to="Your answer: Please choose an answer.")
        await steps(
            reader, "Tab", "Space", "ArrowDown", "ArrowDown", "Enter", to="Feeling down, depressed, or hopeless"
        )
        assert await page.title() == "Question 2 of 10 – The clinic"
        await steps(reader, "Tab", "Space", "Enter", to="Trouble falling or staying asleep")

        await page.go_back()
        await steps(reader, to="Feeling down, depressed, or hopeless")
        await page.go_back()
        await steps(reader, to="Little interest or pleasure in doing things")
        await page.keyboard.press("Tab")
        assert await reader.is_at() == "More than half the days", "what was answered is chosen"
        await steps(reader, "ArrowUp", "Enter", to="Trouble falling or staying asleep")
        await page.keyboard.press("Shift+Tab")
        assert await reader.is_at() == "Previous question"
        await steps(reader, "Enter", to="Feeling down, depressed, or hopeless")
        await steps(reader, "Tab", "Enter", to="Trouble falling or staying asleep")
        for following in (
            "Feeling tired",
            "Poor appetite",
            "Feeling bad",
            "Trouble concentrating",
            "Moving or",
            "Thou",
        ):
            await steps(reader, "Tab", "Space", "Enter", to=following)
        await steps(reader, "Tab", "Space", "Enter", to="how difficult")
        await steps(reader, "Tab", "Space", "Enter", to="Are these your answers?")

        await reader.tabs_to("Change (3)")
        await steps(reader, "Enter", to="Trouble falling or staying asleep")
        await steps(reader, "Tab", "ArrowDown", "Enter", to="Are these your answers?")
        await reader.tabs_to("Send my answers")
        await steps(reader, "Enter", to="Thank you. Your answers were sent:")
        await reader.looks("Your questions")
    case = await has_answered(world)
    assert {item: case["answers"][item] for item in ("1", "2", "3", "4")} == {"1": "1", "2": "0", "3": "1", "4": "0"}
    assert case["score"]["total"] == 2


async def has_answered(world: World) -> dict[str, Any]:
    """The PHQ-9 of the only case there is, as the clinic has it."""
    document = await world.store.database["cases"].find_one({})
    assert document is not None
    response: dict[str, Any] = request_of(await reads(world, {"id": document["_id"]}), "phq-9")
    return response


async def test_in_spanish(browser: Browser, screening: tuple[World, str]) -> None:
    world, address = screening
    async with Reader.at(browser, address, "phone", name="preguntas", language="es-MX") as reader:
        await reader.opens(await link_of(world))
        await reader.looks("Sus preguntas")
        await reader.fills(Mes="4", Día="2", Año="1988")
        await reader.sends("Continuar")
        await reader.looks("Sus preguntas")
