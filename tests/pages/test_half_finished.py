"""A patient's questions, left and taken up again as people do: on another day, in another window, on another device, in
another language, too late, and twice.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from services.screening.tests.clinic import cleared, has_case, ok, open_alert, reads, request_of
from services.screening.tests.treatment import a_visit, booked, moved, pre_session_requests
from services.screening.tests.world import World
from tests.pages.browsing import Reader

pytestmark = [pytest.mark.browser, pytest.mark.store]

PHQ_9 = re.compile("PHQ-9")
PHONE = "phone"


async def link_of(world: World, case: Any) -> str:
    path: str = ok(await world.calling(Role.COORDINATOR).post(f"/v1/cases/{case['id']}/links"), 201)["path"]
    return path


async def comes_in(reader: Reader, link: str) -> None:
    await reader.opens(link)
    await reader.fills(Month="4", Day="2", Year="1988")
    await reader.sends("Continue")


async def chooses(reader: Reader, *answers: str) -> None:
    for each in answers:
        await reader.page.get_by_label(each, exact=True).check()
        await reader.sends("Continue")


async def asks(reader: Reader, question: str) -> None:
    await expect(reader.page.locator("h1")).to_contain_text(question)


async def answered(world: World, case: Any) -> dict[str, str]:
    given: dict[str, str] = request_of(await reads(world, case), "phq-9")["answers"]
    return given


async def test_what_was_answered_is_there_on_another_day_by_the_same_link(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case = await has_case(world)
    link = await link_of(world, case)
    async with Reader.at(browser, address, PHONE, name="left") as reader:
        await comes_in(reader, link)
        await reader.follows(PHQ_9)
        await chooses(reader, "Several days", "Not at all", "Not at all")
    await world.travel(timedelta(days=1))

    async with Reader.at(browser, address, PHONE, name="taken-up") as reader:
        await comes_in(reader, link)
        await expect(reader.page.locator(".asked a", has_text="PHQ-9")).to_contain_text("3 of 10 answered")
        await reader.follows(PHQ_9)
        await asks(reader, "Feeling tired")

    assert await answered(world, case) == {"1": "1", "2": "0", "3": "0"}


async def test_away_too_long_says_so_and_what_was_chosen_is_sent_after_all(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case = await has_case(world)
    link = await link_of(world, case)
    async with Reader.at(browser, address, PHONE, name="overnight") as reader:
        await comes_in(reader, link)
        await reader.follows(PHQ_9)
        await chooses(reader, "Several days")
        await world.travel(timedelta(hours=2))
        await reader.page.get_by_label("Not at all", exact=True).check()
        await reader.presses("Continue")
        await expect(reader.page.locator("body")).to_contain_text("You were away too long, and nothing was sent.")
        await reader.examines("away too long")

        window = await reader.page.context.new_page()
        await window.goto(address + link)
        for part, number in (("Month", "4"), ("Day", "2"), ("Year", "1988")):
            await window.get_by_label(part, exact=True).fill(number)
        await window.get_by_role("button", name="Continue").click()
        await expect(window.locator("h1")).to_have_text("Your questions")
        await reader.sends("Continue")
        await asks(reader, "Trouble falling")
    assert await answered(world, case) == {"1": "1", "2": "0"}


async def test_two_windows_and_two_devices_answer_one_questionnaire(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case = await has_case(world)
    link = await link_of(world, case)
    async with (
        Reader.at(browser, address, PHONE, name="phone") as phone,
        Reader.at(browser, address, "desktop", name="desk") as desk,
    ):
        await comes_in(phone, link)
        await phone.follows(PHQ_9)
        first = phone.page.url
        await chooses(phone, "Several days", "Several days")
        await comes_in(desk, link)
        await desk.follows(PHQ_9)
        await asks(desk, "Trouble falling")
        window = await phone.page.context.new_page()
        await window.goto(first)
        await window.get_by_label("Not at all", exact=True).check()
        await window.get_by_role("button", name="Continue").click()
        await expect(window.locator("h1")).to_contain_text("Trouble falling")
        await chooses(desk, *["Not at all"] * 7, "Not difficult at all")
        await desk.sends("Send my answers")
        await expect(desk.page.locator("main")).to_contain_text("Thank you. Your answers were sent:")

        await phone.page.get_by_label("Several days", exact=True).check()
        await phone.sends("Continue")
        await expect(phone.page.locator("h1")).to_have_text("These questions are not asked any more")
        await desk.page.go_back()
        await expect(desk.page.locator("h1")).to_have_text("These questions are not asked any more")
    given = await answered(world, case)
    assert (given["1"], given["2"], given["3"]) == ("0", "1", "0")


async def test_pressed_twice_it_is_sent_once(browser: Browser, screening: tuple[World, str]) -> None:
    world, address = screening
    case = await has_case(world)
    async with Reader.at(browser, address, PHONE, name="twice") as reader:
        await comes_in(reader, await link_of(world, case))
        await reader.follows(PHQ_9)
        await chooses(reader, *["Not at all"] * 9, "Not difficult at all")
        await reader.page.get_by_role("button", name="Send my answers").dblclick()
        await expect(reader.page.locator("main")).to_contain_text("Thank you. Your answers were sent:")


async def test_the_language_is_changed_in_the_middle_and_nothing_is_lost(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case = await has_case(world)
    async with Reader.at(browser, address, PHONE, name="language") as reader:
        await comes_in(reader, await link_of(world, case))
        await reader.follows(PHQ_9)
        await chooses(reader, "Several days")
        await reader.follows("Español")
        await asks(reader, "Feeling down")
        await reader.page.get_by_label("Several days", exact=True).check()
        await reader.sends("Continuar")
        await asks(reader, "Trouble falling")
        await expect(reader.page.get_by_role("button", name="Continuar")).to_be_visible()
        await reader.page.go_back()
        await expect(reader.page.get_by_label("Several days", exact=True)).to_be_checked()
    assert await answered(world, case) == {"1": "1", "2": "1"}


async def test_the_crisis_words_are_there_in_both_languages_at_once(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case = await has_case(world)
    async with Reader.at(browser, address, PHONE, name="crisis-both") as reader:
        await comes_in(reader, await link_of(world, case))
        await reader.follows(PHQ_9)
        await chooses(reader, *["Not at all"] * 8, "More than half the days")
        await reader.looks("Please read this first")

        said = reader.page.locator("p.urgent")
        assert [await each.get_attribute("lang") for each in await said.all()] == ["en", "es"]
        await expect(said.last).to_contain_text("oprima 2")
        await expect(said.last).to_be_in_viewport()


async def test_item_9_of_what_was_withdrawn_meanwhile_brings_the_crisis_words_and_an_alert(
    browser: Browser, screening: tuple[World, str]
) -> None:
    world, address = screening
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], world.clock() + timedelta(days=2))
    await world.hear(booked(visit))
    await world.catch_up()
    assert await pre_session_requests(world, case)
    async with Reader.at(browser, address, PHONE, name="withdrawn") as reader:
        await comes_in(reader, await link_of(world, case))
        await reader.follows(PHQ_9)
        await chooses(reader, *["Not at all"] * 8)
        await world.hear(moved(visit, world.clock() + timedelta(days=30)))

        await chooses(reader, "Nearly every day")

        await reader.looks("Please read this first")
        await reader.fills(Where_you_are_now="12 Oak Lane", Telephone_number="415 555 0100")
        await reader.sends("Send")
        await reader.looks("Thank you. We know where you are.")
    assert (await open_alert(world))["level"] == "high"
