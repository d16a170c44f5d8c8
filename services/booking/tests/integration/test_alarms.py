"""An urgent inquiry tells somebody of the clinic at once, over a real connection, until somebody sees to it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from booking.deadlines import EFFECTS
from careflow_service.testing.visiting import Page
from services.booking.tests import mailbox
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import ok
from services.booking.tests.mail_server import MailServer, mail_server
from services.booking.tests.overtaken_inquiries import asks, is_taken, the_inquiry
from services.booking.tests.world import World, running

DESK = "desk@example.org"
ALARMING = "I do not want to live any more"
(TELL_DESK,) = (each for each in EFFECTS if each.name == "tell_desk")


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        yield mail


@pytest.fixture
async def world(store_url: str, database: str, mail: MailServer) -> AsyncIterator[World]:
    settings = {**mail.settings, "public_url": mailbox.PUBLIC_URL, "desk_email": DESK}
    async with running(store_url, database, settings=settings) as world:
        yield world


async def at_the_desk(world: World) -> Page:
    _, page = await logs_in(world, to="/pages/desk/inquiries")
    return page


async def test_the_desk_is_told_at_night_too_and_of_nothing_else(world: World, mail: MailServer) -> None:
    world.clock.now = local(24, 3)
    await asks(world)
    await world.catch_up()
    assert mail.taken == []
    await asks(world, words=ALARMING)
    assert "The desk is being told by e-mail." in (await at_the_desk(world)).text
    await world.catch_up()
    (told,) = mail.taken
    assert mail.recipients == [DESK]
    assert mailbox.said(told).strip() == (
        "An urgent inquiry waits at the desk. Please see to it now. https://clinic.example/booking/pages/desk/inquiries"
    )
    assert not any(text in told.as_string() for text in ("Ana", "4155550123", "live", "crisis"))
    seen = await at_the_desk(world)
    assert "The desk was told by e-mail, last on Tue, November 24, 3:00 AM (1 in all)." in seen.text
    assert "Nobody was told of it." not in seen.text
    assert "alarms_to_the_desk" not in ok(await world.client.get("/health/ready")).get("without", [])


async def test_it_is_told_again_until_somebody_sees_to_it(world: World, mail: MailServer) -> None:
    await asks(world, words=ALARMING)
    await world.catch_up()
    await world.travel(timedelta(minutes=15))
    assert len({each["Message-ID"] for each in mail.taken}) == 2
    inquiry = await the_inquiry(world, urgent=True)
    await is_taken(world, inquiry)
    await world.travel(timedelta(hours=2))
    assert len(mail.taken) == 2
    (told,) = ok(await world.coordinator.get(f"/v1/inquiries/{inquiry.id}"))["told"]
    assert told == {
        "channel": "email",
        "times": 2,
        "told_at": "2026-11-23T17:15:00Z",
        "failing_since": None,
        "attempt_at": None,
    }


async def test_a_restart_in_the_middle_doubles_nothing(world: World, mail: MailServer) -> None:
    await asks(world, words=ALARMING)
    due = await TELL_DESK.next(world.ports)
    assert due is not None
    await TELL_DESK.perform(due, world.ports)  # and the process dies before it is recorded
    await world.catch_up()
    await world.catch_up()
    assert len(mail.taken) == 2
    assert len({each["Message-ID"] for each in mail.taken}) == 1, "a mail program shows it once"


async def test_that_it_cannot_be_told_is_said_and_tried_again(world: World, mail: MailServer) -> None:
    mail.refuses = "450 later"
    await asks(world, words=ALARMING)
    await world.catch_up()
    failing = await at_the_desk(world)
    assert "Telling the desk by e-mail does not work since Mon, November 23, 9:00 AM" in failing.text
    mail.refuses = None
    await world.travel(timedelta(seconds=15))
    assert mail.recipients == [DESK]
    assert "does not work" not in (await at_the_desk(world)).text


async def test_both_ways_are_used(store_url: str, database: str, tmp_path: Path) -> None:
    settings = {**mailbox.settings(tmp_path), "desk_email": DESK, "desk_phone": "+14155550199"}
    async with running(store_url, f"{database}_both", settings=settings) as world:
        await asks(world, words=ALARMING)
        await world.catch_up()
        assert mailbox.ways(world) == ["email", "sms"]
        (text,) = mailbox.texts(world)
        assert text.startswith("To: +14155550199\n\nAn urgent inquiry waits")


async def test_a_clinic_that_named_nobody_is_told_so_plainly(store_url: str, database: str, tmp_path: Path) -> None:
    async with running(store_url, f"{database}_nobody", settings=mailbox.settings(tmp_path)) as world:
        await asks(world, words=ALARMING)
        await world.catch_up()
        seen = await at_the_desk(world)
        assert "Nobody is told of an urgent inquiry: the clinic has named no address" in seen.text
        assert "Nobody was told of it." in seen.text
        assert ok(await world.client.get("/health/ready"))["without"] == ["alarms_to_the_desk"]
