"""Who is asked something by screening is sent where to answer: once, while it is asked, and by a person if need be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careflow_service.ids import new_id
from services.booking.tests import news
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.mailbox import mails, said, settings, texts
from services.booking.tests.news import LINK, Known
from services.booking.tests.treatment import care_path
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        yield world


async def is_asked(world: World, **details: Any) -> Known:
    """Somebody whom screening asks something, as it says so."""
    known = {"patient_id": await has_patient(world, **details), "ref": new_id(), "now": world.clock()}
    await world.hear(news.questionnaire_requested(known))
    await world.hear(news.answer_link_issued(known))
    return known


async def dues(world: World, known: Known) -> list[str]:
    return [each["code"] for each in (await care_path(world, known["patient_id"]))["due"]]


async def told(world: World, known: Known) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await world.coordinator.get(f"/v1/patients/{known['patient_id']}/messages"))[
        "items"
    ]
    return items


async def test_who_is_asked_something_is_sent_where_to_answer(world: World) -> None:
    known = await is_asked(world)
    await world.catch_up()
    (mail,) = mails(world)
    assert mail["Subject"] == "Some questions for you"
    assert LINK in said(mail)
    assert "Thursday, November 26, 2026" in said(mail)
    assert list(mail.iter_attachments()) == []
    (message,) = await told(world, known)
    assert (message["reason"], message["state"]) == ("questions_asked", "sent")
    assert message["answer_by"] is not None
    assert (message["appointment_id"], message["starts_at"]) == (None, None)


async def test_the_words_give_nothing_away_and_neither_does_what_is_stored(world: World) -> None:
    await is_asked(world)
    await world.catch_up()
    (mail,) = mails(world)
    written = mail.as_string().lower()
    for word in ("ketamin", "health", "phq", "depress", "therap", "screening:"):
        assert word not in written
    assert await world.readable(LINK) == set()


async def test_in_spanish_to_whom_speaks_it(world: World) -> None:
    await is_asked(world, language="es")
    await world.catch_up()
    (mail,) = mails(world)
    assert mail["Subject"] == "Unas preguntas para usted"
    assert "26 de noviembre de 2026" in said(mail)


async def test_the_same_link_is_sent_once(world: World) -> None:
    known = await is_asked(world)
    await world.catch_up()
    await world.hear(news.answer_link_issued(known))
    await world.catch_up()
    assert len(await told(world, known)) == 1


async def test_what_was_answered_before_it_went_out_is_not_sent(world: World) -> None:
    known = await is_asked(world)
    await world.hear(news.questionnaire_completed(known))
    await world.catch_up()
    assert mails(world) == []
    assert [each["state"] for each in await told(world, known)] == ["withdrawn"]


async def test_a_link_that_no_longer_works_is_not_sent(world: World) -> None:
    """Nothing carried messages for weeks."""
    known = {"patient_id": await has_patient(world), "ref": new_id(), "now": world.clock()}
    await world.hear(news.questionnaire_requested(known))
    world.clock.advance(timedelta(days=15))
    await world.hear(news.answer_link_issued(known))
    await world.catch_up()
    assert mails(world) == []


async def test_at_night_it_waits_for_the_morning(world: World) -> None:
    world.clock.now = world.clock().replace(hour=8)  # midnight in California
    await is_asked(world)
    await world.catch_up()
    assert mails(world) == []
    world.clock.advance(timedelta(hours=9))
    await world.catch_up()
    assert len(mails(world)) == 1


async def test_whom_no_message_reaches_somebody_has_to_tell(world: World) -> None:
    known = await is_asked(world, channels=["phone"])
    await world.catch_up()
    assert "tell_of_questions" in await dues(world, known)
    await world.hear(news.questionnaire_completed(known))
    assert "tell_of_questions" not in await dues(world, known)


async def test_a_mail_that_came_back_is_sent_again_while_something_is_asked(world: World) -> None:
    known = await is_asked(world)
    await world.catch_up()
    (message,) = await told(world, known)
    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/undelivered", version=message["version"]))
    assert "tell_of_questions" in await dues(world, known)

    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/send-again"), 201)
    await world.catch_up()
    assert len(mails(world)) == 2
    assert "tell_of_questions" not in await dues(world, known)

    await world.hear(news.questionnaire_withdrawn(known))
    again = await world.coordinator.post(f"/v1/messages/{message['id']}/send-again")
    assert refusal(again) == (409, "not_true_any_more")
    assert texts(world) == []
