"""A form at the bedside without a network, and without a login: nothing typed is lost, and nothing is done twice."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from careflow_service.identity import Role
from services.sessions.tests.clinic import ok
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_bedside import ANA, LIVE, SIGNS, logs_in, of, under_way

pytestmark = [pytest.mark.browser, pytest.mark.store]

SAVE = "Save"


async def observations(world: World, session_id: str) -> int:
    return len(ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["vitals"])


async def kept_in(page: Page) -> str:
    """All that a page keeps where it outlives the page."""
    found: str = await page.evaluate(
        "[location.href, document.title, window.name, JSON.stringify(history.state),"
        " JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie].join(' ')"
    )
    return found


async def test_what_was_typed_is_sent_once_when_there_is_a_network_and_30_s_without_are_said(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    forget_pictures("cut-off")
    world, address = sessions
    session_id = await under_way(world)
    before = await observations(world, session_id)
    async with Reader.at(browser, address, "tablet", name="cut-off") as reader:
        page, sent = reader.page, page_words(reader.page)
        await page.clock.install()
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.follows("Vital signs")
        await reader.fills(**SIGNS)

        async def answer_is_lost(route: Route) -> None:
            if route.request.method == "POST":
                await route.fetch(max_redirects=0)
            await route.abort()

        await page.route("**/vitals*", answer_is_lost)
        await reader.presses(SAVE)

        await expect(sent).to_contain_text("Not sent yet: nothing gets through.")
        assert await observations(world, session_id) == before + 1, "it arrived, and nobody here can know"
        await page.clock.run_for(31_000)
        await expect(sent).to_contain_text("Write on paper what cannot wait")
        await expect(page.get_by_role("button", name=SAVE)).to_be_disabled()
        await reader.looks("Vital signs", width=EVERY)
        assert "131" not in re.findall(r"\w+", await kept_in(page)), "a part of an id is no word"
        assert await page.get_by_label("Systolic pressure, mmHg").input_value() == "131"

        await page.unroute("**/vitals*")
        await page.clock.run_for(3_000)

        await page.get_by_text("The vital signs are recorded.").wait_for()
        await expect(page.get_by_role("cell", name="131/84")).to_be_visible()
        assert await observations(world, session_id) == before + 1
        await page.get_by_text(LIVE).wait_for()
        await page.context.set_offline(True)
        await expect(sent).to_contain_text("Nothing gets through.")
        await page.clock.run_for(31_000)
        await expect(page.locator("#acts")).to_have_attribute("inert", "")
        await reader.looks(ANA)
        reader.wrong.clear()  # a browser complains of a network that is not there


async def test_a_login_that_ended_loses_nothing_and_a_refusal_is_told_in_the_form(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    world, address = sessions
    session_id = await under_way(world)
    before = await observations(world, session_id)
    async with Reader.at(browser, address, "tablet", name="logged-out") as reader:
        page = reader.page
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.follows("Vital signs")
        await reader.fills(**{**SIGNS, "Systolic_pressure,_mmHg": "abc"})
        await reader.presses(SAVE)
        await expect(page.get_by_role("alert")).to_be_focused()
        await reader.fills(**SIGNS)
        await page.context.clear_cookies()
        await reader.presses(SAVE)
        await expect(page_words(page)).to_contain_text("what you typed is still here")
        await reader.looks("Vital signs")

        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Log in in a new window").click()
        other = Reader(await opened.value, "elsewhere", address)
        await logs_in(other, Role.NURSE, "/pages/bedside")
        await other.page.close()
        await reader.presses(SAVE)

        await page.get_by_text("The vital signs are recorded.").wait_for()
        assert await observations(world, session_id) == before + 1


def page_words(page: Page) -> Locator:
    return page.locator("#sending")
