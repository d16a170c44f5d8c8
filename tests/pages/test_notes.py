"""Notes in a real browser: from a therapist's day to a signed note, over a login that ended, and kept apart."""

import re

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from services.sessions.tests.clinic import has_course, therapy_hour
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_bedside import TODAY, logs_in

pytestmark = [pytest.mark.browser, pytest.mark.store]

CALM = "Calm, spoke of the sea."
FATHER = "Her father, for the first time."


async def test_a_note_outlives_a_login_is_signed_and_what_is_the_therapists_own_stands_apart(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    forget_pictures("notes")
    world, address = sessions
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    async with Reader.at(browser, address, EVERY, name="notes") as reader:
        await logs_in(reader, Role.THERAPIST)
        await reader.follows(re.compile("^Notes: Ana"))
        await reader.looks("Notes")
        await reader.follows("Write a note")
        form = reader.page.url
        await reader.fills(Note=CALM)
        await reader.page.wait_for_function("sessionStorage.length === 1")
        assert CALM not in await reader.page.evaluate("JSON.stringify({...sessionStorage})")
        await reader.page.context.clear_cookies()
        await reader.presses("Keep the draft")
        await expect(reader.page.locator("#sending")).to_contain_text("You are logged out, and nothing was sent.")
        await logs_in(reader, Role.THERAPIST, form.removeprefix(address))
        await expect(reader.page.get_by_label("Note", exact=True)).to_have_value(CALM)
        await reader.looks("Write a note")
        await reader.sends("Keep the draft")
        await reader.looks("Notes")
        await reader.clicks(reader.page.get_by_role("button", name=re.compile("^Sign: Therapy note")))
        await reader.looks("Notes")
        await expect(reader.page.locator("main")).to_contain_text("Signed by user-therapist")
        await reader.clicks(reader.page.get_by_role("link", name=re.compile("^Add to the note")))
        await reader.looks("Add to the note")
        await reader.fills(Note="Slept well.")
        await reader.sends("Sign and add")

        await reader.follows("Your psychotherapy notes")
        await reader.looks("Your psychotherapy notes")
        await reader.follows("Write a psychotherapy note")
        await reader.fills(Note=FATHER)
        await reader.sends("Keep it")
        await expect(reader.page.locator("main")).to_contain_text(FATHER)
        await reader.looks("Your psychotherapy notes")
    async with Reader.at(browser, address, "tablet", name="notes-nurse") as reader:
        await logs_in(reader, Role.NURSE, f"{TODAY}/{session_id}/notes")
        await expect(reader.page.locator("main")).to_contain_text("Slept well.")
        assert "sychotherapy" not in await reader.page.content()
