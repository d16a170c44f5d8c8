"""A patient whose plan asks something of them is sent where to see it: once, in their language, over a channel they
allow, and by a person if need be.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from careflow_service.ids import new_id
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.integration.test_account_news import UNTOLD, told, untold
from services.booking.tests.mailbox import mails, said, settings
from services.booking.tests.news import TO_DO, Known
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        yield world


async def is_given_a_link(world: World, patient_id: str) -> Known:
    known = {"patient_id": patient_id, "ref": new_id(), "now": world.clock()}
    await world.hear(news.plan_link_issued(known))
    await world.catch_up()
    return known


@pytest.mark.parametrize(
    ("language", "subject", "until"),
    [("en", "Your list", "Sunday, February 21, 2027"), ("es", "Su lista", "21 de febrero de 2027")],
)
async def test_they_are_sent_the_link_once_in_words_that_give_nothing_away(
    world: World, language: str, subject: str, until: str
) -> None:
    ana = await has_patient(world, language=language)
    known = await is_given_a_link(world, ana)
    await world.hear(news.plan_link_issued(known))
    await world.catch_up()
    (mail,) = mails(world)
    assert mail["Subject"] == subject
    assert until in said(mail)
    assert TO_DO in said(mail)
    written = f"{mail['Subject']} {said(mail)}".replace(TO_DO, "").lower()
    for word in ("ketamin", "health", "therap", "session", "treatment", "plan", "dose"):
        assert word not in written
    (message,) = await told(world, ana)
    assert (message["reason"], message["state"]) == ("plan_tasks", "sent")
    assert message["leads_until"] is not None
    assert await untold(world) == []
    assert await world.readable(TO_DO) == set()


async def test_at_night_it_waits_and_a_dead_link_is_not_sent(world: World) -> None:
    world.clock.now = world.clock().replace(hour=8)  # midnight in California
    ana = await has_patient(world)
    known = await is_given_a_link(world, ana)
    assert mails(world) == []
    world.clock.advance(timedelta(hours=9))
    await world.catch_up()
    assert len(mails(world)) == 1
    world.clock.advance(timedelta(days=91))
    await world.hear(news.plan_link_issued({**known, "ref": new_id()}))
    await world.catch_up()
    assert len(mails(world)) == 1


async def test_whom_no_message_reaches_is_told_by_somebody_of_the_clinic(world: World) -> None:
    ana = await has_patient(world, channels=["phone"])
    await is_given_a_link(world, ana)
    await is_given_a_link(world, ana)
    assert await untold(world) == [(ana, ["plan"])]
    someone, seen = await logs_in(world, to="/pages/desk/tasks")
    assert "No message could tell the patient where they find what their plan asks of them: call them." in seen.text
    await someone.presses(seen, "They know where their list is")
    assert await untold(world) == []
    path = f"{UNTOLD}/{ana}/told"
    assert refusal(await world.coordinator.post(path, {"news": "plan"}, version=9)) in {
        (409, "told_already"),
        (412, "stale_version"),
    }


async def test_a_mail_that_came_back_is_sent_again_or_told_by_a_person(world: World) -> None:
    ana = await has_patient(world)
    await is_given_a_link(world, ana)
    (message,) = await told(world, ana)
    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/undelivered", version=message["version"]))
    assert await untold(world) == [(ana, ["plan"])]
    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/send-again"), 201)
    await world.catch_up()
    assert len(mails(world)) == 2
    assert await untold(world) == []


async def test_a_link_withdrawn_while_its_message_waits_does_not_go_out_and_a_newer_one_does(world: World) -> None:
    world.clock.now = world.clock().replace(hour=8)  # midnight in California
    ana = await has_patient(world)
    old = await is_given_a_link(world, ana)
    newer = {**old, "ref": new_id(), "link": f"{TO_DO}-newer"}
    await world.hear(news.plan_link_issued(newer))
    await world.hear(news.plan_link_withdrawn(old))
    world.clock.advance(timedelta(hours=9))
    await world.catch_up()
    (mail,) = mails(world)
    assert newer["link"] in said(mail)
    states = {each["id"]: each["state"] for each in await told(world, ana)}
    assert states == {old["ref"]: "withdrawn", newer["ref"]: "sent"}


async def test_a_link_withdrawn_before_it_is_heard_of_is_never_sent(world: World) -> None:
    ana = await has_patient(world)
    known = {"patient_id": ana, "ref": new_id(), "now": world.clock()}
    await world.hear(news.plan_link_withdrawn(known))
    await world.hear(news.plan_link_issued(known))
    await world.catch_up()
    assert mails(world) == []
    (message,) = await told(world, ana)
    assert message["state"] == "withdrawn"
    again = await world.coordinator.post(f"/v1/messages/{message['id']}/send-again")
    assert refusal(again) == (409, "not_true_any_more")


async def test_of_a_withdrawn_link_nobody_has_to_tell_the_patient_but_of_another_one(world: World) -> None:
    ana = await has_patient(world, channels=["phone"])
    first = await is_given_a_link(world, ana)
    second = {**first, "ref": new_id(), "link": f"{TO_DO}-second"}
    await world.hear(news.plan_link_issued(second))
    await world.catch_up()
    await world.hear(news.plan_link_withdrawn(first))
    assert await untold(world) == [(ana, ["plan"])]
    await world.hear(news.plan_link_withdrawn(second))
    await world.hear(news.plan_link_withdrawn(second))
    assert await untold(world) == []
