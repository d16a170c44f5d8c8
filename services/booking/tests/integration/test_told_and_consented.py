"""Which way a patient is told: what they want and allow, and what the clinic does where a message is not enough."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Visitor
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, calls, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.mailbox import link_of, mails, said, settings, texts, ways
from services.booking.tests.treatment import reads
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """With somebody who calls, and a mailbox."""
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        await has_practitioner(world)
        yield world


async def allows(world: World, patient_id: str, channel: str, given: bool) -> None:
    path = f"/v1/patients/{patient_id}/contact-consents"
    ok(await world.coordinator.post(path, {"channel": channel, "given": given}), 201)


async def sent(world: World, patient_id: str) -> list[tuple[str, str, str | None]]:
    """What the patient was told, what became of it, and over which channel; oldest first."""
    items = ok(await world.coordinator.get(f"/v1/patients/{patient_id}/messages"))["items"]
    return [(each["reason"], each["state"], each["channel"]) for each in reversed(items)]


async def tasks(world: World) -> list[str]:
    return [each["kind"] for each in ok(await world.coordinator.get("/v1/tasks"))["items"]]


async def test_text_messages_wait_for_consent_and_then_remind(world: World) -> None:
    ana = await has_patient(world)
    await books(world.coordinator, ana, starts_at=local(27, 10))
    world.clock.now = local(25, 10)
    await world.catch_up()
    assert ways(world) == ["email", "email"]
    await allows(world, ana, "sms", True)
    world.clock.now = local(26, 10)
    await world.catch_up()
    assert ways(world) == ["email", "email", "sms"]
    (text,) = texts(world)
    assert text.startswith("To: +14155550123")
    assert "A reminder: your appointment is on Friday, November 27, 2026, 10:00 AM" in text
    assert text.isascii(), "no letter that would halve what a text message holds"


async def test_who_cannot_be_seen_then_is_told_that_somebody_calls_and_not_to_come(world: World) -> None:
    await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    (doctor,) = ok(await world.coordinator.get("/v1/practitioners"))["items"]
    away = f"/v1/practitioners/{doctor['id']}/absence"
    ok(await world.coordinator.post(away, {"day": "2026-11-27"}, version=doctor["version"]))
    world.clock.now = local(25, 10)
    await world.catch_up()
    last = said(mails(world)[-1])
    assert "About your appointment on Friday, November 27, 2026, 10:00" in last
    assert "we will call you before it" in last
    assert "reminder" not in last


async def test_who_wants_to_be_called_is_called(world: World) -> None:
    ana = await has_patient(world, channels=["phone"])
    booked = await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    assert ways(world) == []
    assert await tasks(world) == ["tell_patient"]
    await acts(world.coordinator, await reads(world, booked), "told")
    assert await tasks(world) == []
    told = await reads(world, booked)
    refused = await world.coordinator.post(f"/v1/appointments/{told['id']}/told", version=told["version"])
    assert refusal(refused) == (409, "told_already")


async def test_who_said_no_is_not_reminded_and_nobody_has_to_call_about_what_they_did_themselves(world: World) -> None:
    ana = await has_patient(world)
    await allows(world, ana, "email", False)
    call = ok(await world.patient(ana).post("/v1/appointments", visit(ana, starts_at=local(27, 10))), 201)
    world.clock.now = local(25, 11)
    await world.catch_up()
    assert ways(world) == []
    assert await sent(world, ana) == [("visit_booked", "withdrawn", None), ("visit_near", "withdrawn", None)]
    assert await tasks(world) == []
    await acts(world.coordinator, await reads(world, call), "reschedule", starts_at=local(27, 14).isoformat())
    await world.catch_up()
    assert await tasks(world) == ["tell_patient"], "the clinic moved it, and the patient does not know"


async def test_the_link_in_a_message_ends_them_once_and_looking_changes_nothing(world: World) -> None:
    ana = await has_patient(world, channels=["email"])
    await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    link, someone = link_of(world), Visitor(world.client, "en")
    async with world.nothing_changes():
        page = await someone.opens(link)
    assert page.h1 == "No more messages?"
    stopped = await someone.presses(page, "Send me no more")
    assert stopped.h1 == "You get no more of these messages"
    assert (await someone.presses(page, "Send me no more")).h1 == "You get no more of these messages", "a second click"
    assert (await someone.opens(link)).h1 == "This link leads nowhere any more"
    consents = ok(await world.coordinator.get(f"/v1/patients/{ana}/contact-consents"))
    assert consents["allowed"] == []
    assert [(each["channel"], each["given"], each["said_by"]) for each in consents["said"]] == [
        ("email", False, "link")
    ]
    await allows(world, ana, "email", True)
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}/contact-consents"))["allowed"] == ["email"]


async def test_an_old_link_leads_nowhere(world: World) -> None:
    await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    await world.catch_up()
    world.clock.now = local(23, 9, month=1, year=2027)
    assert (await Visitor(world.client, "es").opens(link_of(world))).h1 == "Este enlace ya no funciona"


async def test_a_no_is_said_by_a_person_whichever_of_their_records_it_was_said_on(world: World) -> None:
    call = await calls(world, starts_at=local(27, 10).isoformat())
    await world.catch_up()
    link = link_of(world)
    visitor = await reads(world, {"id": call["appointment_id"]})
    ana = await has_patient(world)
    await allows(world, visitor["patient_id"], "sms", True)
    await acts(world.coordinator, visitor, "cancel", reason="booked_in_error")
    given_up = ok(await world.coordinator.get(f"/v1/patients/{visitor['patient_id']}"))
    merge = {"surviving_patient_id": ana}
    path = f"/v1/patients/{given_up['id']}/merge"
    ok(await world.coordinator.post(path, merge, version=given_up["version"]))
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}/contact-consents"))["allowed"] == ["email", "sms"]
    someone = Visitor(world.client, "en")
    await someone.presses(await someone.opens(link), "Send me no more")
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}/contact-consents"))["allowed"] == ["sms"]


async def test_what_came_back_is_a_task_and_can_be_sent_again(world: World) -> None:
    ana = await has_patient(world)
    booked = await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    (message,) = ok(await world.coordinator.get(f"/v1/patients/{ana}/messages"))["items"]
    path = f"/v1/messages/{message['id']}"
    back = ok(await world.coordinator.post(f"{path}/undelivered", version=message["version"]))
    assert await tasks(world) == ["tell_patient"]
    twice = await world.coordinator.post(f"{path}/undelivered", version=back["version"])
    assert refusal(twice) == (409, "not_sent")
    again = ok(await world.coordinator.post(f"{path}/send-again"), 201)
    assert refusal(await world.coordinator.post(f"/v1/messages/{again['id']}/send-again")) == (409, "still_planned")
    await world.catch_up()
    assert sorted(await sent(world, ana)) == [
        ("visit_booked", "sent", "email"),
        ("visit_booked", "undelivered", "email"),
    ]
    assert await tasks(world) == []
    await acts(world.coordinator, await reads(world, booked), "cancel", reason="other")
    assert refusal(await world.coordinator.post(f"{path}/send-again")) == (409, "not_true_any_more")


async def test_what_was_sent_is_shown_without_its_words_and_who_looked_is_kept(world: World) -> None:
    ana = await has_patient(world)
    await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    shown = json.dumps(ok(await world.patient(ana).get(f"/v1/patients/{ana}/messages")))
    assert "ana@example.org" not in shown
    assert "Your appointment" not in shown
    audited = await world.store.database["_audit"].find_one({"action": "read_messages"})
    assert audited is not None
    assert refusal(await world.calling(Role.NURSE).get(f"/v1/patients/{ana}/messages")) == (403, "forbidden")


async def test_a_consent_of_nobody_is_refused(world: World) -> None:
    path = "/v1/patients/0199e0a0-0000-7000-8000-0000000000ff/contact-consents"
    consent: dict[str, Any] = {"channel": "sms", "given": True}
    assert refusal(await world.coordinator.post(path, consent)) == (404, "patient_not_found")
    assert refusal(await world.coordinator.get(path)) == (404, "patient_not_found")


async def test_a_freed_time_is_told_to_whom_it_is_offered(world: World) -> None:
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org", phone="415 555 0199")
    call = await books(world.coordinator, ana, starts_at=local(27, 10))
    wish = {"patient_id": ben, "kind": "info_call", "modality": "phone"}
    ok(await world.coordinator.post("/v1/waitlist", wish), 201)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    assert await sent(world, ben) == [("time_offered", "sent", "email")]
    (offer,) = (each for each in mails(world) if each["To"] == "ben@example.org")
    assert "We keep it for you until Monday, November 23, 2026, 11:00" in said(offer)


async def test_who_was_told_of_an_offer_is_told_once_that_it_cannot_be_given(world: World) -> None:
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org", phone="415 555 0199")
    call = await books(world.coordinator, ana, starts_at=local(27, 10))
    wish = {"patient_id": ben, "kind": "info_call", "modality": "phone"}
    ok(await world.coordinator.post("/v1/waitlist", wish), 201)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.travel(timedelta(minutes=1))
    path = f"/v1/practitioners/{call['providers'][0]['id']}"
    version = ok(await world.coordinator.get(path))["version"]
    ok(await world.coordinator.post(f"{path}/absence", {"day": "2026-11-27"}, version=version))
    await world.travel(timedelta(minutes=30))
    assert await sent(world, ben) == [("time_offered", "sent", "email"), ("offer_withdrawn", "sent", "email")]
    *_, withdrawn = (each for each in mails(world) if each["To"] == "ben@example.org")
    assert "The time we kept for you (Friday, November 27, 2026, 10:00" in said(withdrawn)
    assert await tasks(world) == []


async def test_a_clinic_without_mail_server_and_gateway_is_told_so_and_plans_nothing(
    store_url: str, database: str
) -> None:
    async with running(store_url, f"{database}_off") as world:
        await has_practitioner(world)
        ana = await has_patient(world)
        await books(world.coordinator, ana, starts_at=local(27, 10))
        await world.catch_up()
        ready = ok(await world.client.get("/health/ready"))
        assert ready["without"] == ["messages_to_patients", "alarms_to_the_desk"]
        assert "patients_are_not_told" in world.logs.getvalue()
        assert await sent(world, ana) == []
        assert await tasks(world) == []
