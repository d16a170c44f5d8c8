"""Patients are told of what becomes of their visits: by e-mail over a real connection, and once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from types import NoneType
from typing import Any

import pytest
from icalendar import Calendar

from booking.deadlines import EFFECTS
from careflow_events import contracts
from careflow_service.timers.kinds import ACTOR
from careflow_service.work import Transaction
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    calls,
    has_patient,
    has_practitioner,
    ok,
)
from services.booking.tests.mail_server import MailServer, mail_server
from services.booking.tests.mailbox import said
from services.booking.tests.news import care_discharged
from services.booking.tests.treatment import doses, in_treatment, prepares, reads
from services.booking.tests.world import World, running


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        yield mail


@pytest.fixture
async def world(store_url: str, database: str, mail: MailServer) -> AsyncIterator[World]:
    settings = {**mail.settings, "clinic_phone": "(415) 555-0100", "public_url": "https://clinic.example/booking"}
    async with running(store_url, database, settings=settings) as world:
        yield world


def event(message: EmailMessage) -> tuple[str, Any]:
    """What the attached file tells a calendar program to do, and with what."""
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    calendar = Calendar.from_ical(attached.get_content())
    assert attached.get_param("method") == calendar["method"]
    (found,) = calendar.walk("VEVENT")
    return str(calendar["method"]), found


async def test_a_visitor_gets_their_call_by_mail_and_into_their_calendar(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await calls(world, starts_at=TOMORROW_AT_TEN.isoformat())
    await world.catch_up()
    (told,) = mail.taken
    assert mail.recipients == ["ana@example.org"]
    assert told["From"] == "appointments@clinic.invalid"
    assert told["Subject"] == "Your appointment"
    assert told["Auto-Submitted"] == "auto-generated"
    assert "Tuesday, November 24, 2026, 10:00" in said(told)
    assert "(415) 555-0100" in said(told)
    method, invited = event(told)
    assert (method, invited["uid"], invited["summary"]) == (
        "REQUEST",
        f"{call['appointment_id']}@careflow",
        "Appointment",
    )
    assert invited["dtstart"].dt == TOMORROW_AT_TEN


async def test_nobody_is_told_twice_whatever_restarts(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world))
    effect = EFFECTS[0]
    due = await effect.next(world.ports)
    assert due is not None
    await effect.perform(due, world.ports)  # and the process dies before it is recorded
    await world.catch_up()
    await world.catch_up()
    assert len({told["Message-ID"] for told in mail.taken}) == 1
    assert len(mail.taken) == 2, "a mail program shows what has the same Message-ID once"
    first, again = map(said, mail.taken)
    assert first == again, "whichever is shown, the link in it works"


async def test_moved_and_called_off_the_same_event_changes(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world))
    await world.catch_up()
    moved = await acts(world.coordinator, call, "reschedule", starts_at=local(24, 14).isoformat())
    await world.catch_up()
    await acts(world.coordinator, moved, "cancel", reason="clinic_closed")
    await world.catch_up()
    methods = [event(each)[0] for each in mail.taken]
    events = [event(each)[1] for each in mail.taken]
    assert methods == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({each["uid"] for each in events}) == 1
    assert sorted({each["sequence"] for each in events}) == [each["sequence"] for each in events]
    assert "moved" in said(mail.taken[1])
    assert "2:00" in said(mail.taken[1])
    assert "cancelled" in said(mail.taken[2])
    assert "takes it out of your calendar" in said(mail.taken[2])


async def test_what_is_true_no_longer_is_not_said(world: World, mail: MailServer) -> None:
    """Booked, moved and called off before the mail server was asked: the patient hears how it ended."""
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world))
    moved = await acts(world.coordinator, call, "reschedule", starts_at=local(24, 14).isoformat())
    await acts(world.coordinator, moved, "cancel", reason="patient_request")
    await world.catch_up()
    assert [event(each)[0] for each in mail.taken] == ["CANCEL"]


async def test_moved_away_and_back_is_said_once(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    await world.catch_up()
    for hour in (14, 10, 14, 10):
        world.clock.advance(timedelta(minutes=1))
        call = await acts(world.coordinator, call, "reschedule", starts_at=local(27, hour).isoformat())
    await world.catch_up()
    assert ["moved" in said(each) for each in mail.taken] == [False, True]


async def test_reminders_follow_the_visit(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    await world.catch_up()
    moved = await acts(world.coordinator, call, "reschedule", starts_at=local(30, 10).isoformat())
    await world.travel(timedelta(days=5, minutes=1))
    reminders = [each for each in mail.taken if "reminder" in said(each)]
    assert len(reminders) == 1, "two days before; nothing two days before the time that was given up"
    assert "Monday, November 30" in said(reminders[0])
    await world.travel(timedelta(days=1))
    assert len([each for each in mail.taken if "reminder" in said(each)]) == 2
    now = ok(await world.coordinator.get(f"/v1/appointments/{moved['id']}"))
    await acts(world.coordinator, now, "cancel", reason="patient_request")
    await world.travel(timedelta(days=2))
    assert len(mail.taken) == 5


async def test_at_night_nobody_is_woken_but_who_has_just_asked_is_answered(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    world.clock.now = local(23, 22)
    await books(world.coordinator, await has_patient(world), starts_at=local(25, 10))
    await calls(world, email="ben@example.org", phone="415 555 0199", starts_at=local(25, 11).isoformat())
    await world.catch_up()
    assert mail.recipients == ["ben@example.org"]
    world.clock.now = local(24, 7, 59)
    await world.catch_up()
    assert len(mail.taken) == 1
    world.clock.now = local(24, 8)
    await world.catch_up()
    assert mail.recipients == ["ben@example.org", "ana@example.org"]


async def test_an_answer_that_did_not_go_out_at_once_waits_for_the_morning(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    world.clock.now = local(23, 22)
    await calls(world, starts_at=local(25, 11).isoformat())
    mail.refuses = "450 try later"
    await world.catch_up()
    mail.refuses = None
    world.clock.now = local(24, 3)
    await world.catch_up()
    assert mail.taken == []
    world.clock.now = local(24, 8)
    await world.catch_up()
    assert mail.recipients == ["ana@example.org"]


async def test_the_night_is_where_the_patient_lives(world: World, mail: MailServer) -> None:
    """Seven in the evening at the clinic is ten in New York."""
    await has_practitioner(world)
    world.clock.now = local(23, 19)
    await books(world.coordinator, await has_patient(world, timezone="America/New_York"), starts_at=local(25, 10))
    await world.catch_up()
    assert mail.taken == []
    world.clock.now = local(24, 5)
    await world.catch_up()
    assert "1:00" in said(mail.taken[0])
    assert "Eastern Standard Time" in said(mail.taken[0])


async def test_in_the_language_of_the_patient(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world, language="es"))
    await world.catch_up()
    assert mail.taken[0]["Subject"] == "Su cita"
    assert "martes, 24 de noviembre de 2026" in said(mail.taken[0])


async def test_a_message_says_nothing_that_its_reader_would_not_want_read(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world))
    await world.catch_up()
    written = mail.taken[0].as_string().casefold()
    for word in ("ketamin", "clinic ", "therap", "dose", "rivera", "dr-lee", "info_call", "psych"):
        assert word not in written
    for kept in (said(mail.taken[0])[:40], "ana@example.org"):
        assert await world.readable(kept) == set()


async def test_a_server_that_does_not_answer_is_asked_again_and_then_somebody_calls(
    world: World, mail: MailServer
) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    mail.refuses = "450 try later"
    await world.catch_up()
    assert await tasks(world) == []
    for _ in range(5):
        world.clock.advance(timedelta(hours=2))
        await world.catch_up()
    world.clock.now = local(24, 9)
    await world.catch_up()
    assert await tasks(world) == [("tell_patient", call["id"])]


async def test_an_address_that_is_refused_is_a_task_until_a_message_arrives(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(27, 10))
    mail.refuses = "550 no such user"
    await world.catch_up()
    assert await tasks(world) == [("tell_patient", call["id"])]
    mail.refuses = None
    seen = ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))
    await acts(world.coordinator, seen, "reschedule", starts_at=local(27, 14).isoformat())
    assert await tasks(world) == []
    await world.catch_up()
    assert await tasks(world) == []
    assert len(mail.taken) == 1


async def test_an_address_may_have_other_letters(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world, email="ñandú@example.org"))
    await world.catch_up()
    assert mail.recipients == ["ñandú@example.org"]
    assert mail.taken[0]["To"] == "ñandú@example.org"


async def tasks(world: World) -> list[tuple[str, str]]:
    found = ok(await world.coordinator.get("/v1/tasks"))
    return [(each["kind"], each["appointment"]["id"]) for each in found["items"]]


async def test_after_care_has_ended_nobody_is_written_to_and_the_desk_is_asked_to_tell(
    world: World, mail: MailServer
) -> None:
    """Sessions says openly of a death no more than that care has ended."""
    ana, plan_id = await in_treatment(world)
    visit = await prepares(world, ana)
    await world.catch_up()
    written = len(mail.taken)
    assert written > 0

    await world.hear(care_discharged({"patient_id": ana, "plan_id": plan_id, "now": world.clock()}))
    await world.catch_up()

    assert len(mail.taken) == written
    tasks = ok(await world.coordinator.get("/v1/tasks"))["items"]
    assert [each["appointment"]["id"] for each in tasks if each["kind"] == "tell_patient"] == [visit["id"]]


async def test_what_waited_for_the_morning_when_care_ended_is_told_by_the_desk(world: World, mail: MailServer) -> None:
    ana, plan_id = await in_treatment(world)
    await prepares(world, ana)
    dose = await doses(world, ana)
    await world.catch_up()
    written = len(mail.taken)
    world.clock.now = local(23, 22)
    await acts(world.coordinator, await reads(world, dose), "cancel", reason="clinic_closed")
    await world.catch_up()
    await world.hear(care_discharged({"patient_id": ana, "plan_id": plan_id, "now": world.clock()}))

    world.clock.now = local(24, 8)
    await world.catch_up()

    assert len(mail.taken) == written
    assert ("tell_patient", dose["id"]) in await tasks(world)


async def test_that_it_was_booked_tells_nobody_that_it_was_called_off(world: World) -> None:
    """The mail server answers while somebody's care ends: what was handed on was true when it was."""
    ana, plan_id = await in_treatment(world)
    visit = await prepares(world, ana)
    effect = EFFECTS[0]
    due = await effect.next(world.ports)
    assert due is not None
    handed_on = await effect.perform(due, world.ports)
    await world.hear(care_discharged({"patient_id": ana, "plan_id": plan_id, "now": world.clock()}))

    async def settle(tx: Transaction) -> None:
        await effect.settle(due, handed_on, tx, world.ports)

    await world.work.run(settle, by=ACTOR, action=effect.name, returns=NoneType)

    assert await tasks(world) == [("tell_patient", visit["id"])]


async def test_a_no_counts_for_what_waits_on_a_record_given_up_meanwhile(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    call = await calls(world, starts_at=local(27, 10).isoformat())
    await world.catch_up()
    visitor = await reads(world, {"id": call["appointment_id"]})
    ana = await has_patient(world)
    written = len(mail.taken)
    world.clock.now = local(23, 22)
    await acts(world.coordinator, visitor, "cancel", reason="booked_in_error")
    given_up = ok(await world.coordinator.get(f"/v1/patients/{visitor['patient_id']}"))
    merge = f"/v1/patients/{given_up['id']}/merge"
    ok(await world.coordinator.post(merge, {"surviving_patient_id": ana}, version=given_up["version"]))
    no = {"channel": "email", "given": False}
    ok(await world.coordinator.post(f"/v1/patients/{ana}/contact-consents", no), 201)

    world.clock.now = local(24, 8)
    await world.catch_up()

    assert len(mail.taken) == written


async def test_nobody_writes_to_whom_they_have_erased(world: World, mail: MailServer) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    erasure = ok(await world.coordinator.post(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"}), 201)
    for agreed in (
        contracts.ScreeningErasureAgreed,
        contracts.SessionsErasureAgreed,
        contracts.BillingErasureAgreed,
    ):
        await world.hear(agreed(patient_id=ana, erasure_id=erasure["id"]))
    await world.travel(timedelta(days=3))
    assert mail.taken == []
