"""A patient's own intake on a phone: illnesses, medicines, handed in; also in Spanish."""

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from services.screening.tests.clinic import SENSIBLE_ANSWERS, answers, has_case, ok
from services.screening.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]


async def link_of(world: World) -> str:
    case = await has_case(world)
    for questionnaire, given in SENSIBLE_ANSWERS.items():
        ok(await answers(world, case, questionnaire, given, complete=True))
    path: str = ok(await world.calling(Role.COORDINATOR).post(f"/v1/cases/{case['id']}/links"), 201)["path"]
    return path


async def says_no(reader: Reader, *, but: str = "") -> None:
    for question in await reader.page.locator("fieldset.told").all():
        if not but or but not in await question.locator("legend").inner_text():
            await question.get_by_label("No", exact=True).check()


async def test_illnesses_and_medicines_are_told_and_handed_in(browser: Browser, screening: tuple[World, str]) -> None:
    forget_pictures("intake")
    world, address = screening
    async with Reader.at(browser, address, EVERY, name="intake") as reader:
        page = reader.page
        await reader.opens(await link_of(world))
        await reader.fills(Month="4", Day="2", Year="1988")
        await reader.sends("Continue")
        await reader.looks("Your questions")
        await page.locator("main a", has_text="Your illnesses and allergies").click()
        await reader.looks("Your illnesses and allergies")
        await page.locator("main a", has_text="Allergies 0 of 2").click()
        allergic = page.locator("fieldset.told").first
        await expect(allergic.get_by_label("Which, and what happens?")).to_be_hidden()
        await allergic.get_by_label("Yes", exact=True).check()
        await says_no(reader, but="Are you allergic")
        await page.get_by_role("button", name="Keep and continue").click()
        await expect(page.get_by_role("alert")).to_contain_text("Please fill this in.")
        await reader.looks("Allergies")
        await allergic.get_by_label("Which, and what happens?").fill("penicillin, a rash")
        await reader.sends("Keep and continue")
        await reader.looks("Heart and blood vessels")
        for _ in range(7):
            await says_no(reader)
            await reader.sends("Keep and continue")
        await reader.looks("Your illnesses and allergies")
        await reader.follows("Next: what you take")
        await reader.fills(Name="Sertralin")
        await page.get_by_role("button", name="Add to the list").click()
        await page.get_by_label("sertraline", exact=True).check()
        await reader.looks("What you take")
        await reader.sends("Add to the list")
        await expect(page.locator("main")).to_contain_text("It is on the list.")
        await reader.follows("My list is complete")
        for box in await page.get_by_role("checkbox").all():
            await box.check()
        await reader.looks("Hand everything in")
        await reader.sends("Hand everything in")
        await expect(page.locator("main")).to_contain_text("The clinic has everything you told it.")
        await reader.looks("Hand everything in")
