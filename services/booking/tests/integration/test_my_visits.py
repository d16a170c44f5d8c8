"""A patient sees, moves and cancels their own visits in a browser, by the link in a message and their birth date."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, calls, has_patient, has_practitioner, ok
from services.booking.tests.integration.test_desk import changed
from services.booking.tests.integration.test_erasure import all_agree
from services.booking.tests.integration.test_erasure import asks as asks_for_erasure
from services.booking.tests.mailbox import link_of, settings
from services.booking.tests.treatment import deadlines_fire, reads
from services.booking.tests.world import World, running

BORN = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}
WRONG = {**BORN, "birth_date_year": "1989"}


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    given = {**settings(tmp_path), "clinic_phone": "(415) 555-0100"}
    async with running(store_url, database, settings=given) as world:
        yield world


async def is_told(world: World, **registered: Any) -> Any:
    """Somebody with a visit in four days, who has the message about it."""
    await has_practitioner(world)
    visit = await books(world.coordinator, await has_patient(world, **registered), starts_at=local(27, 10))
    await world.catch_up()
    return visit


async def comes_in(world: World, **born: str) -> tuple[Visitor, Page]:
    someone = Visitor(world.client)
    return someone, await someone.presses(await someone.opens(link_of(world, "visits")), "Continue", **(born or BORN))


async def chooses(someone: Visitor, page: Page, day: str, time: str) -> Page:
    times = await someone.follows(page, "Choose another time")
    times = await someone.follows(times, next(each for each in times.links if each.startswith(day)))
    return await someone.follows(times, time)


async def test_a_patient_sees_what_is_to_come_by_the_clock_where_they_live(world: World) -> None:
    await is_told(world, timezone="America/New_York")
    _, page = await comes_in(world)
    assert page.h1 == "Your appointments"
    assert "Friday, November 27, 2026, 1:00" in page.text
    assert "Free call, By phone" in page.text
    assert "Call (415) 555-0100." in page.text


async def test_a_visit_is_moved_to_a_time_that_is_free(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    async with world.nothing_changes():
        asks = await chooses(someone, page, "Mon, November 30", "2:00 PM")
    assert asks.h1 == "Move this appointment?"
    assert "Friday, November 27" in asks.text
    moved = await someone.presses(asks, "Move it")
    assert (moved.status, "It has been moved." in moved.text) == (200, True)
    after = await reads(world, visit)
    assert (after["starts_at"], after["status"]) == ("2026-11-30T22:00:00Z", "booked")
    assert "Monday, November 30, 2026" in moved.text


async def test_a_visit_is_cancelled_and_is_the_patients_cancellation(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    async with world.nothing_changes():
        asks = await someone.follows(page, "Cancel")
    assert "you signed" in asks.text
    done = await someone.presses(asks, "Cancel it")
    assert "You have no appointment at the moment." in done.text
    after = await reads(world, visit)
    assert (after["status"], after["cancellation"]["by"]) == ("cancelled", "patient")


async def test_who_gives_up_what_nobody_could_give_reads_that_they_owe_nothing(world: World) -> None:
    visit = await is_told(world)
    await changed(world, "dr-lee", active=False)
    await deadlines_fire(world)
    someone, page = await comes_in(world)
    asks = await someone.follows(page, "Cancel")
    assert "You owe nothing for it" in asks.text
    assert "you signed" not in asks.text
    await someone.presses(asks, "Cancel it")
    assert (await reads(world, visit))["cancellation"]["by"] == "clinic"


async def test_pressed_twice_it_is_once(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    asks = await someone.follows(page, "Cancel")
    first = await someone.presses(asks, "Cancel it")
    again = await someone.presses(asks, "Cancel it")
    assert (again.status, again.text) == (200, first.text)
    assert (await reads(world, visit))["version"] == visit["version"] + 1


async def test_what_the_clinic_moved_meanwhile_is_shown_as_it_is_and_stays(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    asks = await someone.follows(page, "Cancel")
    await acts(world.coordinator, await reads(world, visit), "reschedule", starts_at=local(30, 10).isoformat())
    refused = await someone.presses(asks, "Cancel it")
    assert refused.status == 412
    assert "was changed meanwhile" in refused.text
    assert "Monday, November 30" in refused.text
    assert (await reads(world, visit))["status"] == "booked"


async def test_a_reminder_sent_meanwhile_keeps_nobody_from_what_they_decided(world: World) -> None:
    visit = await is_told(world)
    world.clock.now = local(25, 9, 59)
    someone, page = await comes_in(world)
    asks = await someone.follows(page, "Cancel")
    await world.travel(timedelta(minutes=2))
    assert (await reads(world, visit))["version"] > visit["version"], "they were reminded"
    done = await someone.presses(asks, "Cancel it")
    assert (done.status, "You have no appointment at the moment." in done.text) == (200, True)


async def test_who_was_erased_meanwhile_is_nobody_we_know(world: World) -> None:
    visit = await is_told(world)
    someone, _ = await comes_in(world)
    await acts(world.coordinator, visit, "cancel", reason="booked_in_error")
    await world.catch_up()
    await all_agree(world, visit["patient_id"], await asks_for_erasure(world, visit["patient_id"]))
    await world.catch_up()
    gone = await someone.opens("/pages/visits")
    assert (gone.status, gone.h1) == (401, "That did not work")


async def test_a_time_that_somebody_else_took_leaves_the_visit_where_it_is(world: World) -> None:
    visit = await is_told(world)
    someone, page = await comes_in(world)
    asks = await chooses(someone, page, "Mon, November 30", "2:00 PM")
    other = await has_patient(world, email="bea@example.org", phone="415 555 0177")
    await books(world.coordinator, other, starts_at=local(30, 14))
    refused = await someone.presses(asks, "Move it")
    assert (refused.status, "has just been taken" in refused.text) == (409, True)
    assert (await reads(world, visit))["starts_at"] == visit["starts_at"]


async def test_who_has_the_link_alone_learns_nothing_and_is_out_after_five_wrong_dates(world: World) -> None:
    await is_told(world)
    someone = Visitor(world.client)
    link = link_of(world, "visits")
    asks = await someone.opens(link)
    for _ in range(5):
        asks = await someone.presses(asks, "Continue", **WRONG)
        assert (asks.status, "November" in asks.text) == (422, False)
    assert (await someone.opens(link)).status == 404
    assert (await someone.opens("/pages/visits")).status == 401


async def test_whoever_comes_back_later_says_again_who_they_are(world: World) -> None:
    await is_told(world)
    someone, page = await comes_in(world)
    world.clock.advance(timedelta(minutes=16))
    assert (await someone.follows(page, "Cancel")).status == 401
    _, page = await comes_in(world)
    assert page.h1 == "Your appointments"


async def test_an_old_or_made_up_link_leads_nowhere(world: World) -> None:
    await is_told(world)
    link = link_of(world, "visits")
    someone = Visitor(world.client)
    assert (await someone.opens(link[:-1] + ("0" if link[-1] != "0" else "1"))).status == 404
    assert (await someone.opens(link_of(world).replace("messages", "visits"))).status == 404, "a link of another kind"
    world.clock.advance(timedelta(days=61))
    assert (await someone.opens(link)).status == 404


async def test_anothers_visit_is_not_there(world: World) -> None:
    await is_told(world)
    other = await has_patient(world, email="bea@example.org", phone="415 555 0177", birth_date="1990-01-02")
    theirs = await books(world.coordinator, other, starts_at=local(27, 14))
    someone, page = await comes_in(world)
    assert "2:00" not in page.text
    for way in ("cancel", "times", f"move?starts_at={local(30, 10).isoformat().replace('+', '%2B')}"):
        assert (await someone.opens(f"/pages/visits/{theirs['id']}/{way}")).status == 404


async def test_a_link_of_a_record_that_was_merged_leads_to_the_one_in_use(world: World) -> None:
    await has_practitioner(world)
    call = await calls(world, starts_at=local(27, 10).isoformat())
    await world.catch_up()
    link = link_of(world, "visits")
    visitor = await reads(world, {"id": call["appointment_id"]})
    ana = await has_patient(world)
    await acts(world.coordinator, visitor, "cancel", reason="booked_in_error")
    given_up = ok(await world.coordinator.get(f"/v1/patients/{visitor['patient_id']}"))
    path = f"/v1/patients/{given_up['id']}/merge"
    ok(await world.coordinator.post(path, {"surviving_patient_id": ana}, version=given_up["version"]))
    await books(world.coordinator, ana, starts_at=local(30, 10))
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(link), "Continue", **BORN)
    assert "Monday, November 30" in page.text


async def test_in_spanish_to_whom_reads_it(world: World) -> None:
    await is_told(world)
    someone = Visitor(world.client, "es")
    page = await someone.presses(await someone.opens(link_of(world, "visits")), "Continuar", **BORN)
    assert page.h1 == "Sus citas"
    asks = await someone.follows(page, "Anular")
    assert asks.h1 == "¿Anular esta cita?"
