"""The bedside in a real browser: on three widths, with the keyboard alone, by two people at once, and cut off."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from services.sessions.tests.clinic import has_course, observes, ok, ready_for_dose, receives_dose
from services.sessions.tests.medicated import medicine, signs_standing_order, takes_order
from services.sessions.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures

pytestmark = [pytest.mark.browser, pytest.mark.store]

TODAY = "/pages/bedside"
ANA = "Ana Rivera"
LIVE = "Live: what changes appears here by itself."
SIGNS = {
    "Systolic_pressure,_mmHg": "131",
    "Diastolic_pressure,_mmHg": "84",
    "Pulse,_per_minute": "76",
    "Oxygen_saturation,_%": "97",
    "Breaths_per_minute": "14",
    "Alertness_(MOAA/S),_0_to_5": "5",
}


async def logs_in(reader: Reader, role: Role, to: str = TODAY) -> None:
    await reader.opens(to)
    await reader.fills(Token=ISSUER.token(role, subject=f"user-{role}"))
    await reader.sends("Log in")
    await reader.page.wait_for_url(f"**{to}")


async def under_way(world: World) -> str:
    """A dose was given; signs were observed, some late, some out of limits, and some were missed."""
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    for minutes, changes in ((10, {}), (6, {"systolic": 165}), (34, {"systolic": 184, "oxygen_saturation": 92})):
        await world.travel(timedelta(minutes=minutes))
        ok(await observes(world, session_id, **changes), 201)
    return session_id


def of(session_id: str) -> str:
    return f"{TODAY}?session={session_id}"


async def test_every_page_is_read_by_everybody(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("bedside")
    world, address = sessions
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"equipment_ready": False}))
    async with Reader.at(browser, address, EVERY, name="bedside") as reader:
        await logs_in(reader, Role.NURSE)
        await reader.looks("Monday, November 23, 2026")
        await reader.clicks(reader.page.get_by_role("heading").get_by_role("link", name="Ana R.").last)
        await reader.looks(ANA)
        await reader.sends("Clear for the dose")
        await reader.looks(ANA)
        assert await reader.page.get_by_role("alert").get_by_text("Emergency equipment checked today").is_visible()
        await reader.follows("Ask before the dose")
        await reader.looks("Ask before the dose")
        await reader.follows("Back to the session")
        await reader.follows("No dose today")
        await reader.looks("No dose today")


async def test_a_patient_is_watched(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("watched")
    world, address = sessions
    session_id = await under_way(world)
    async with Reader.at(browser, address, EVERY, name="watched") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.page.get_by_text(LIVE).wait_for()
        await reader.looks(ANA)
        await reader.follows("Vital signs")
        await reader.fills(**{**SIGNS, "Systolic_pressure,_mmHg": "abc"})
        await reader.sends("Save")
        await reader.looks("Vital signs")
        await reader.fills(**SIGNS)
        await reader.sends("Save")
        await reader.looks(ANA)
        assert await reader.page.get_by_role("cell", name="131/84").is_visible()


async def test_a_medicine_is_ordered_by_word_and_given(browser: Browser, sessions: tuple[World, str]) -> None:
    forget_pictures("medicine-phone")
    world, address = sessions
    session_id = await under_way(world)
    await signs_standing_order(world)
    async with Reader.at(browser, address, "phone", name="medicine") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.follows("Take an order by word")
        await reader.looks("Take an order by word")
        await reader.sends("Save")
        await reader.looks("Take an order by word")
        await takes_order(world, session_id, medicine(medicine="Clonidine", indication="pressure"))
        await reader.opens(of(session_id))
        await reader.follows("Give a medicine")
        await reader.page.get_by_label("Ondansetron").check()
        await reader.page.get_by_role("radio", name="No").check()
        await reader.fills(How_much_was_given="4")
        await reader.looks("Give a medicine")
        await reader.sends("Save")
        await reader.looks(ANA)
        assert await reader.page.get_by_text("The order asks for more time since the last dose.").is_visible()
        assert await reader.page.get_by_text("Clonidine: user-prescriber is to sign this order").is_visible()


async def test_what_was_put_right_and_how_the_pump_was_run_is_read_by_everybody(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    forget_pictures("put-right-phone")
    world, address = sessions
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    async with Reader.at(browser, address, "phone", name="put-right") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.follows("Set the pump")
        await reader.looks("Set the pump")
        await reader.page.get_by_label("Rate set").check()
        await reader.fills(**{"Rate,_mL_per_hour": "1.2", "Run_in_so_far,_mL": "0"})
        await reader.sends("Save")
        await world.travel(timedelta(minutes=10))
        ok(await observes(world, session_id, systolic=182), 201)
        await reader.follows("Correct vital signs")
        await reader.looks("Correct vital signs")
        await reader.page.get_by_label("182/82 mmHg").check()
        await reader.fills(**{"Systolic_pressure,_mmHg": "128", "Reason": "misread"})
        await reader.sends("Save")
        await reader.page.get_by_text("by user-nurse:").wait_for()
        await reader.follows("Stopped before it had run in")
        await reader.fills(**{"Run_in_so_far,_mL": "0.2"})
        await reader.sends("Save")
        await reader.follows("Correct what was recorded")
        await reader.page.get_by_label("As expected", exact=True).first.wait_for()
        await reader.page.get_by_label("Not as expected").check()
        await reader.fills(Reason="read wrong")
        await reader.sends("Save")
        await reader.looks(ANA)
        assert await reader.page.get_by_text("0.2 of 0.8 mL run in").is_visible()
        assert await reader.page.locator("del").count() > 1


async def test_a_vital_sign_is_on_the_second_screen_within_a_second_and_moves_nobody(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    world, address = sessions
    session_id = await under_way(world)
    async with (
        Reader.at(browser, address, "tablet", name="bedside-first") as first,
        Reader.at(browser, address, "desktop", name="bedside-second") as second,
    ):
        await logs_in(first, Role.NURSE, of(session_id))
        await logs_in(second, Role.PRESCRIBER, of(session_id))
        await second.page.get_by_text(LIVE).wait_for()
        await second.page.get_by_role("button", name="Pause").focus()
        await first.follows("Vital signs")
        await first.fills(**SIGNS)
        await first.sends("Save")
        await first.page.get_by_text("The vital signs are recorded.").wait_for()
        await second.page.get_by_role("cell", name="131/84").wait_for(timeout=1_000)
        assert await second.page.evaluate("document.activeElement.id") == "pause"


async def test_a_part_with_the_readers_focus_stays_until_they_leave_it(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    world, address = sessions
    session_id = await under_way(world)
    async with Reader.at(browser, address, "tablet", name="bedside-focus") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.page.get_by_text(LIVE).wait_for()
        table = reader.page.get_by_role("region", name="Vital signs")
        await table.focus()
        ok(await observes(world, session_id, systolic=131, diastolic=84), 201)
        await reader.page.locator("#live[data-loads='1']").wait_for()
        assert await table.evaluate("e => e === document.activeElement")
        assert await reader.page.get_by_role("cell", name="131/84").count() == 0
        await reader.page.get_by_role("button", name="Pause").focus()
        await reader.page.get_by_role("cell", name="131/84").wait_for()


async def test_a_screen_that_hears_nothing_says_since_when_and_looks_it(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    forget_pictures("bedside-cut-off")
    world, address = sessions
    session_id = await under_way(world)
    async with Reader.at(browser, address, "tablet", name="bedside-cut-off") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.page.get_by_text(LIVE).wait_for()
        await reader.page.context.set_offline(True)
        world.app.state.live.changes.close()
        await reader.page.get_by_text("Nothing heard since").wait_for(timeout=20_000)
        await reader.looks(ANA)
        assert await reader.page.locator("#live.stale").count() == 1
        reader.wrong.clear()  # a browser complains of a network that is not there


async def test_the_keyboard_is_enough(browser: Browser, sessions: tuple[World, str]) -> None:
    world, address = sessions
    session_id = await under_way(world)
    async with Reader.at(browser, address, "desktop", name="bedside-keyboard") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.tabs_to("Vital signs")
        await reader.enters()
        await reader.page.wait_for_url("**/vitals?lang=en")
        for label, value in SIGNS.items():
            await reader.tabs_to(label.replace("_", " "))
            await reader.page.keyboard.type(value)
        await reader.enters()
        await reader.page.wait_for_url("**#done")
        assert await reader.page.get_by_role("cell", name="131/84").is_visible()


async def test_without_scripts_the_page_is_the_same_and_is_loaded_anew(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    world, address = sessions
    session_id = await under_way(world)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address + of(session_id))
    await page.get_by_label("Token").fill(ISSUER.token(Role.NURSE))
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_text("Load this page anew to see what has changed.").wait_for()
    ok(await observes(world, session_id, systolic=131, diastolic=84), 201)
    await page.reload()
    assert await page.get_by_role("cell", name="131/84").is_visible()
    await context.close()


async def test_on_a_tablet_on_its_side_the_alarm_and_what_to_do_are_in_the_window(
    browser: Browser, sessions: tuple[World, str]
) -> None:
    """And upright the mark of an observation is, which stands beside its time."""
    world, address = sessions
    session_id = await under_way(world)
    async with Reader.at(browser, address, "desktop", name="bedside") as reader:
        await logs_in(reader, Role.NURSE, of(session_id))
        await reader.page.set_viewport_size({"width": 1024, "height": 768})
        for seen in (
            reader.page.locator("#now .due"),
            reader.page.locator("#now").get_by_text("Act now:"),
            reader.page.get_by_role("link", name="Vital signs", exact=True),
            reader.page.get_by_role("link", name="Adverse event", exact=True),
        ):
            await expect(seen.first).to_be_in_viewport(ratio=1)
        await reader.page.set_viewport_size({"width": 768, "height": 1024})
        mark = reader.page.locator("#record tbody tr td").first
        await mark.scroll_into_view_if_needed()
        await expect(mark).to_contain_text("Act now:")
        await expect(mark).to_be_in_viewport(ratio=1)
