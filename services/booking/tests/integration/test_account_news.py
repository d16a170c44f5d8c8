"""Whoever has something new in their account is sent where to see it: once, in their language, over a channel they
allow, and by a person if need be.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careflow_events.contracts import CareDischarged, session_codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.mailbox import mails, said, settings, texts
from services.booking.tests.news import ACCOUNT, Known
from services.booking.tests.overtaken_messages import somebody_cannot_be_told, who_tells_them
from services.booking.tests.world import World, running

UNTOLD = "/v1/tasks/patients"


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        yield world


async def has_news(world: World, patient_id: str) -> Known:
    known = {"patient_id": patient_id, "ref": new_id(), "now": world.clock()}
    await world.hear(news.account_link_issued(known))
    await world.catch_up()
    return known


async def told(world: World, patient_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await world.coordinator.get(f"/v1/patients/{patient_id}/messages"))["items"]
    return items


async def untold(world: World) -> list[tuple[str, list[str]]]:
    items = ok(await world.coordinator.get(UNTOLD))["items"]
    return [(each["patient_id"], [one["news"] for one in each["untold"]]) for each in items]


async def discharged(world: World, patient_id: str, reason: session_codes.CareEndReason) -> None:
    now = world.clock()
    ended = CareDischarged(
        patient_id=patient_id, plan_id=new_id(), discharged_at=now, discharged_by="dr-lee", reason=reason
    )
    await world.hear(ended)


async def test_they_are_sent_the_link_in_words_that_give_nothing_away(world: World) -> None:
    ana = await has_patient(world)
    await has_news(world, ana)
    (mail,) = mails(world)
    assert mail["Subject"] == "Something new for you"
    assert "See it until Wednesday, December 23, 2026" in said(mail)
    assert ACCOUNT in said(mail)
    assert list(mail.iter_attachments()) == []
    written = mail.as_string().lower()
    for word in ("ketamin", "health", "therap", "bill ", "owe", "payment", "session", "treatment", "$"):
        assert word not in written
    (message,) = await told(world, ana)
    assert (message["reason"], message["state"]) == ("account_news", "sent")
    assert (message["appointment_id"], message["answer_by"]) == (None, None)
    assert await untold(world) == []
    assert await world.readable(ACCOUNT) == set()


async def test_in_spanish_to_whom_speaks_it(world: World) -> None:
    await has_news(world, await has_patient(world, language="es"))
    (mail,) = mails(world)
    assert mail["Subject"] == "Algo nuevo para usted"
    assert "23 de diciembre de 2026" in said(mail)


async def test_by_text_message_whom_no_mail_may_reach(world: World) -> None:
    ana = await has_patient(world, channels=["sms"])
    said_yes = {"channel": "sms", "given": True}
    ok(await world.coordinator.post(f"/v1/patients/{ana}/contact-consents", said_yes), 201)
    await has_news(world, ana)
    assert mails(world) == []
    (text,) = texts(world)
    assert ACCOUNT in text


async def test_the_same_link_is_sent_once(world: World) -> None:
    ana = await has_patient(world)
    known = await has_news(world, ana)
    await world.hear(news.account_link_issued(known))
    await world.catch_up()
    assert len(mails(world)) == 1


async def test_at_night_it_waits_for_the_morning_and_a_dead_link_is_not_sent(world: World) -> None:
    world.clock.now = world.clock().replace(hour=8)  # midnight in California
    ana = await has_patient(world)
    known = await has_news(world, ana)
    assert mails(world) == []
    world.clock.advance(timedelta(hours=9))
    await world.catch_up()
    assert len(mails(world)) == 1
    world.clock.advance(timedelta(days=31))
    await world.hear(news.account_link_issued({**known, "ref": new_id()}))
    await world.catch_up()
    assert len(mails(world)) == 1


async def test_whom_no_message_reaches_stands_in_the_work_list_until_somebody_has_told_them(world: World) -> None:
    ana = await has_patient(world, channels=["phone"])
    await has_news(world, ana)
    await has_news(world, ana)
    assert await untold(world) == [(ana, ["account"])]
    (line,) = ok(await world.coordinator.get(UNTOLD))["items"]
    path = f"{UNTOLD}/{ana}/told"
    assert refusal(await world.coordinator.post(path, {"news": "questions"}, version=line["version"])) == (
        409,
        "told_already",
    )
    done = ok(await world.coordinator.post(path, {"news": "account"}, version=line["version"]))
    assert await untold(world) == []
    assert refusal(await world.coordinator.post(path, {"news": "account"}, version=done["version"])) == (
        409,
        "told_already",
    )


async def test_who_tells_them_is_taken_given_back_and_handed_over(world: World) -> None:
    path, line = await somebody_cannot_be_told(world)
    whose = [(each, len(ok(await world.coordinator.get(UNTOLD, whose=each))["items"])) for each in ("mine", "nobodys")]
    assert whose == [("mine", 0), ("nobodys", 1)]
    ok(await world.coordinator.post(f"{path}/take", version=line["version"]))
    second = await world.calling(Role.NURSE).post(f"{path}/take", version=line["version"])
    assert (refusal(second), second.json()["taken_by"]) == ((409, "task_taken"), "user-coordinator")
    whose = [(each, len(ok(await world.coordinator.get(UNTOLD, whose=each))["items"])) for each in ("mine", "nobodys")]
    assert whose == [("mine", 1), ("nobodys", 0)]
    ok(await world.coordinator.post(f"{path}/hand-over", {"to": "user-nurse"}, version=line["version"]))
    assert await who_tells_them(world) == "user-nurse"
    ok(await world.calling(Role.NURSE).post(f"{path}/give-back", version=line["version"]))
    assert await who_tells_them(world) is None
    again = await world.coordinator.post(f"{path}/give-back", version=line["version"])
    assert refusal(again) == (409, "task_not_taken")
    ok(await world.coordinator.post(f"{path}/told", {"news": "account"}, version=line["version"]))
    assert refusal(await world.coordinator.post(f"{path}/take", version=line["version"])) == (412, "stale_version")
    assert refusal(await world.calling(Role.BILLER).post(f"{path}/take", version=1)) == (403, "forbidden")


async def test_on_the_list_somebody_sees_to_it_and_the_second_is_told_who(world: World) -> None:
    path, line = await somebody_cannot_be_told(world)
    someone, seen = await logs_in(world, to="/pages/desk/tasks")
    assert "Nobody sees to it yet." in seen.text
    ok(await world.calling(Role.NURSE).post(f"{path}/take", version=line["version"]))
    refused = await someone.presses(seen, "I see to it")
    assert (refused.status, "Somebody else sees to it already; below is who." in refused.text) == (409, True)
    assert "user-nurse sees to it since" in refused.text
    assert not any("I see to it" in form.buttons for form in refused.forms)
    world.clock.advance(timedelta(hours=1))
    free = await someone.opens("/pages/desk/tasks?whose=nobodys")
    mine = await someone.follows(await someone.presses(free, "I see to it"), "Mine")
    assert "You see to it since" in mine.text
    assert "You have taken nothing" not in mine.text
    unsaid = await someone.presses(mine, "Hand it over")
    assert (unsaid.status, "Please fill this in." in unsaid.text) == (422, True)
    handed = await someone.presses(unsaid, "Hand it over", to="lou")
    assert "You have taken nothing that is still to be done." in handed.text
    all_of_them = await someone.follows(handed, "All")
    assert "lou sees to it" in all_of_them.text
    told = await someone.presses(all_of_them, "They know of their account")
    assert "Ana Rivera" not in told.text


async def test_the_longest_wait_comes_first_and_the_list_goes_on(world: World) -> None:
    patients = []
    for _ in range(3):
        patients.append(await has_patient(world, channels=["phone"]))
        await has_news(world, patients[-1])
        world.clock.advance(timedelta(minutes=1))
    first = ok(await world.coordinator.get(UNTOLD, limit=2))
    rest = ok(await world.coordinator.get(UNTOLD, limit=2, after=first["next"]))
    assert [each["patient_id"] for each in (*first["items"], *rest["items"])] == patients
    assert rest["next"] is None


async def test_no_consent_is_no_message_and_a_later_one_that_arrives_settles_it(world: World) -> None:
    ana = await has_patient(world)
    path = f"/v1/patients/{ana}/contact-consents"
    for channel in ("email", "sms"):
        ok(await world.coordinator.post(path, {"channel": channel, "given": False}), 201)
    await has_news(world, ana)
    assert mails(world) == []
    assert await untold(world) == [(ana, ["account"])]
    ok(await world.coordinator.post(path, {"channel": "email", "given": True}), 201)
    await has_news(world, ana)
    assert len(mails(world)) == 1
    assert await untold(world) == []


async def test_a_mail_that_came_back_is_told_by_a_person_or_sent_again(world: World) -> None:
    ana = await has_patient(world)
    await has_news(world, ana)
    (message,) = await told(world, ana)
    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/undelivered", version=message["version"]))
    assert await untold(world) == [(ana, ["account"])]
    ok(await world.coordinator.post(f"/v1/messages/{message['id']}/send-again"), 201)
    await world.catch_up()
    assert len(mails(world)) == 2
    assert await untold(world) == []
    world.clock.advance(timedelta(days=31))
    again = await world.coordinator.post(f"/v1/messages/{message['id']}/send-again")
    assert refusal(again) == (409, "not_true_any_more")


async def test_a_course_that_ended_is_still_billed_and_told_of(world: World) -> None:
    ana = await has_patient(world)
    await discharged(world, ana, session_codes.CareEndReason.COURSE_ENDED)
    await has_news(world, ana)
    assert len(mails(world)) == 1


async def test_where_nobody_knows_whether_there_is_somebody_to_write_to_a_person_decides(world: World) -> None:
    ana = await has_patient(world)
    await discharged(world, ana, session_codes.CareEndReason.LOST_TO_FOLLOW_UP)
    await has_news(world, ana)
    assert mails(world) == []
    assert await untold(world) == [(ana, ["account"])]


async def test_of_a_merged_record_the_one_in_use_is_told_and_listed(world: World) -> None:
    given_up = await has_patient(world)
    kept = await has_patient(world, channels=["phone"])
    seen = ok(await world.coordinator.get(f"/v1/patients/{given_up}"))
    into = {"surviving_patient_id": kept}
    ok(await world.coordinator.post(f"/v1/patients/{given_up}/merge", into, version=seen["version"]))
    await has_news(world, given_up)
    assert mails(world) == []
    assert await untold(world) == [(kept, ["account"])]
