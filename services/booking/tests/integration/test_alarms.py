"""An urgent inquiry tells somebody of the clinic at once, over a real connection, until somebody sees to it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from booking.application.alarming import DeskAlarm
from booking.deadlines import EFFECTS
from booking.measures import MEASURES
from careflow_service.measures import read_all
from careflow_service.testing.store import new_keys
from careflow_service.testing.visiting import Page
from services.booking.tests import mailbox
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import has_patient, ok
from services.booking.tests.integration.test_record_requests import asks as asks_for_record
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


async def rung(world: World) -> float:
    await read_all(MEASURES, world.ports)
    failing = REGISTRY.get_sample_value("careflow_desk_alarm_failing_seconds")
    assert failing is not None
    return failing


async def test_an_address_that_is_named_later_is_told_of_what_still_waits(
    store_url: str, database: str, tmp_path: Path
) -> None:
    """And of nothing that somebody has seen to meanwhile; nothing is told twice."""
    keys, named = new_keys(), f"{database}_later"
    settings = mailbox.settings(tmp_path)
    async with running(store_url, named, settings=settings, keys=keys) as world:
        await asks(world, words=ALARMING)
        await world.catch_up()
        assert "Nobody was told of it." in (await at_the_desk(world)).text
        inquiry = await the_inquiry(world, urgent=True)
        await is_taken(world, inquiry)
        await asks(world, words=ALARMING, email="ben@example.org", phone="+14155550177")
        assert mailbox.mails(world) == []
    async with running(store_url, named, settings={**settings, "desk_email": DESK}, keys=keys) as world:
        await world.catch_up()
        await world.catch_up()
        assert mailbox.ways(world) == ["email"]
        assert "The desk was told by e-mail" in (await at_the_desk(world)).text
        assert await DeskAlarm(world.ports).next_to_wake() is None


async def test_an_address_that_is_taken_away_waits_for_another_and_is_no_failure(
    store_url: str, database: str, tmp_path: Path, mail: MailServer
) -> None:
    keys, named = new_keys(), f"{database}_away"
    both = {**mailbox.settings(tmp_path), "desk_email": DESK}
    async with running(store_url, named, settings=both, keys=keys) as world:
        await asks(world, words=ALARMING)
    async with running(store_url, named, settings=mailbox.settings(tmp_path), keys=keys) as world:
        await world.catch_up()
        assert await rung(world) == 0
        assert "Nobody was told of it." in (await at_the_desk(world)).text
    async with running(store_url, named, settings=both, keys=keys) as world:
        await world.catch_up()
        assert mailbox.ways(world) == ["email"]


async def test_how_long_it_fails_is_measured_until_it_gets_out_or_is_seen_to(world: World, mail: MailServer) -> None:
    assert await rung(world) == 0
    mail.refuses = "450 later"
    before = attempts("not_now")
    await asks(world, words=ALARMING)
    await world.catch_up()
    world.clock.advance(timedelta(seconds=10))
    assert await rung(world) == 10
    assert attempts("not_now") == before + 1
    mail.refuses = None
    sent = attempts("sent")
    await world.travel(timedelta(seconds=15))
    assert await rung(world) == 0
    assert attempts("sent") == sent + 1
    mail.refuses = "550 never"
    await world.travel(timedelta(minutes=15))
    assert await rung(world) >= 0
    world.clock.advance(timedelta(seconds=30))
    assert await rung(world) >= 30
    await is_taken(world, await the_inquiry(world, urgent=True))
    await world.travel(timedelta(minutes=15))
    assert await rung(world) == 0


def attempts(result: str) -> float:
    labels = {"channel": "email", "result": result}
    return REGISTRY.get_sample_value("careflow_desk_alarms_total", labels) or 0


async def test_the_desk_is_told_once_by_day_of_a_record_that_is_due_and_of_one_that_is_late(
    world: World, mail: MailServer
) -> None:
    ana = await has_patient(world)
    request = await asks_for_record(world, ana)
    told = (
        "Somebody waits at the desk for an answer that is due. Please see to it today. "
        "https://clinic.example/booking/pages/desk/record-requests"
    )
    world.clock.now = local(6, 3, month=12)
    await world.catch_up()
    assert to_desk(mail) == []
    for day, times in ((6, 1), (8, 1), (9, 2), (20, 2)):
        world.clock.now = local(day, 10, month=12)
        await world.catch_up()
        assert to_desk(mail) == [told] * times
    ok(await world.coordinator.post(f"/v1/record-requests/{request}/withdraw", version=3))


async def test_of_a_record_that_was_given_meanwhile_the_desk_is_not_told(world: World, mail: MailServer) -> None:
    request = await asks_for_record(world, await has_patient(world))
    world.clock.now = local(6, 3, month=12)
    await world.catch_up()
    ok(await world.coordinator.post(f"/v1/record-requests/{request}/withdraw", version=2))
    world.clock.now = local(6, 10, month=12)
    await world.catch_up()
    assert to_desk(mail) == []


def to_desk(mail: MailServer) -> list[str]:
    return [mailbox.said(each).strip() for each in mail.taken if each["to"] == DESK]
