"""The front desk in a real browser: on three widths, a visit booked with the keyboard alone, and the question of a
visitor whose words sound like a crisis.
"""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from careflow_service.ids import new_id
from services.booking.tests.clinic import has_patient, has_practitioner, ok
from services.booking.tests.news import account_link_issued, booked
from services.booking.tests.treatment import DOSING_AT
from services.booking.tests.world import World
from tests.pages.browsing import EVERY, Reader, forget_pictures
from tests.pages.test_day_board import BOARD, has_call, logs_in

pytestmark = [pytest.mark.browser, pytest.mark.store]

DESK = "/pages/desk"


async def test_every_page_is_read_by_everybody(browser: Browser, new_booking: tuple[World, str]) -> None:
    forget_pictures("desk")
    world, address = new_booking
    known, dose = await booked(world)
    await has_practitioner(world, "max", "nurse")
    async with Reader.at(browser, address, EVERY, name="desk") as reader:
        await logs_in(reader, DESK)
        await reader.looks("Monday, November 23, 2026")
        await reader.follows("The whole week")
        await reader.looks("Week from Monday, November 23, 2026")
        await reader.follows("joy")
        await reader.looks("joy")
        await reader.opens(f"{DESK}/patients/{known['patient_id']}")
        await reader.looks("Ana Rivera")
        await reader.sends("See free times")
        await reader.looks("Choose a time")
        await reader.opens(f"{DESK}/visits/{dose['id']}/integration?starts_at={dose['starts_at']}")
        await reader.looks("Choose a time for the integration")
        await reader.opens(f"{DESK}/visits/{dose['id']}/move?at=2026-11-28T10:00")
        await reader.looks("Move this visit?")
        await reader.opens(f"{DESK}/visits/{dose['id']}")
        await reader.looks("Dosing, Wednesday, November 25, 2026")
        await reader.follows("Call it off")
        await reader.looks("Call this visit off?")
        await reader.opens(f"{DESK}/patients/{known['patient_id']}/messages")
        await reader.looks("Messages to the patient")
        await reader.opens(f"{DESK}/absences/concerned?who=practitioner:joy&day=2026-11-24&until=2026-11-27")
        await reader.looks("If joy is away")
        await reader.sends("Record the absence")
        await reader.looks("joy is away")
        for link, heading in (
            ("Waitlist", "Who waits"),
            ("To do", "What is to be done"),
            ("Absence", "Somebody is away, or a room is closed"),
        ):
            await reader.follows(link)
            await reader.looks(heading)
        untold = await has_patient(world, channels=["phone"])
        await world.hear(account_link_issued({"patient_id": untold, "ref": new_id(), "now": world.clock()}))
        await world.catch_up()
        world.clock.now = DOSING_AT + timedelta(minutes=20)
        await reader.opens(f"{DESK}/tasks")
        await reader.looks("What is to be done")
        await reader.sends("They know of their account")
        await reader.page.get_by_text("It is noted that the patient knows.").wait_for()
        await reader.sends("Hand it over")
        await reader.looks("What is to be done")
        await reader.sends("I see to it")
        await reader.looks("What is to be done")
        await reader.follows("Nobody's")
        await reader.looks("What is to be done")


async def test_how_a_call_ended_is_said_on_its_page(browser: Browser, new_booking: tuple[World, str]) -> None:
    forget_pictures("ended")
    world, address = new_booking
    await has_practitioner(world)
    call = await has_call(world)
    async with Reader.at(browser, address, EVERY, name="ended") as reader:
        await logs_in(reader, BOARD)
        await reader.sends("Is on the line")
        await reader.looks("Tuesday, November 24, 2026")
        await reader.follows("How did it end?")
        await reader.looks("Free call, Tuesday, November 24, 2026")
        await reader.sends("It has ended so")
        await reader.looks("Free call, Tuesday, November 24, 2026")
        await reader.page.get_by_label("They want to go on.").check()
        await reader.sends("It has ended so")
        await reader.looks("Free call, Tuesday, November 24, 2026")
    kept = ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))
    assert (kept["status"], kept["disposition"]) == ("fulfilled", "proceed")


async def test_who_may_be_in_danger_reads_first_where_there_is_help(
    browser: Browser, booking: tuple[World, str]
) -> None:
    forget_pictures("inquiry")
    _, address = booking
    async with Reader.at(browser, address, EVERY, name="inquiry") as reader:
        await reader.opens("/pages/inquiry")
        await reader.looks("Ask us something")
        await reader.fills(Your_name="Ana Rivera", Your_question="I don't want to live any more")
        await reader.sends("Send")
        await reader.looks("Please get help now")
        await reader.fills(Telephone_number="415 555 0123")
        await reader.sends("Send")
        await reader.looks("Please get help now")
        assert await reader.page.get_by_role("link", name="Call 988").is_visible()
        await logs_in(reader, f"{DESK}/inquiries")
        await reader.looks("Inquiries")
        await reader.follows("Ana Rivera")
        await reader.looks("Ana Rivera")
        await reader.follows("Book the free call for them")
        await reader.looks("Book the free call for them")
        await reader.opens(f"{DESK}/inquiries")
        await reader.follows("Ana Rivera")
        await reader.fills(What_they_were_told="We talked.")
        await reader.sends("They were answered")
        await reader.page.get_by_label("Their question is answered.").check()
        await reader.sends("Close it")
        await reader.looks("Ana Rivera")
        await reader.opens(f"{DESK}/inquiries/closed?day=2026-02-30")
        await reader.looks("Closed inquiries")
        await reader.opens(f"{DESK}/inquiries/closed")
        await reader.looks("Closed inquiries")
        await reader.follows("Ana Rivera")
        await reader.sends("Open it again")
        await reader.looks("Ana Rivera")


async def test_who_calls_is_booked_and_whoever_is_not_of_age_is_told_who_can_help(
    browser: Browser, booking: tuple[World, str]
) -> None:
    forget_pictures("caller")
    _, address = booking
    async with Reader.at(browser, address, EVERY, name="caller") as reader:
        await logs_in(reader, f"{DESK}/find")
        await reader.fills(Month="4", Day="2", Year="2010", Telephone_number="415 555 0123")
        await reader.sends("Find")
        await reader.looks("Find a patient")
        await reader.fills(Year="1988")
        await reader.sends("Find")
        await reader.sends("Book the free call for who calls")
        await reader.looks("Book the free call for who calls")
        await reader.fills(Year="2010")
        await reader.sends("Book this call")
        await reader.looks("Not of age")
        await reader.sends("Change the details")
        await reader.looks("Book the free call for who calls")


async def test_the_keyboard_is_enough_to_book(browser: Browser, booking: tuple[World, str]) -> None:
    world, address = booking
    await has_patient(world)
    async with Reader.at(browser, address, "desktop", name="desk-keyboard") as reader:
        await logs_in(reader, f"{DESK}/find")
        keys = reader.page.keyboard
        for label, text in (("Month", "4"), ("Day", "2"), ("Year", "1988"), ("Telephone number", "415 555 0123")):
            await reader.tabs_to(label)
            await keys.type(text)
        await reader.enters()
        await reader.page.get_by_role("link", name="Ana Rivera").wait_for()
        await reader.tabs_to("Ana Rivera, April 2, 1988 +14155550123 · ana@example.org")
        await reader.enters()
        await reader.page.wait_for_url("**/patients/*")
        await reader.tabs_to("How")
        await keys.type("By phone")
        await reader.tabs_to("See free times")
        await reader.enters()
        await reader.page.wait_for_url("**/times?*")
        await reader.tabs_to("9:15 AM")
        await reader.enters()
        await reader.page.wait_for_url("**/book?*")
        await reader.tabs_to("Book it")
        await reader.enters()
        await reader.page.wait_for_url("**done=booked*")
        assert await reader.page.get_by_text("It is booked.").is_visible()
