"""The free call without a login: a time is kept, and booked once whoever has the address confirms that they asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from booking.application.letters import Letter
from booking.domain.channels import Channel
from booking.domain.messages import Outcome
from careflow_service.testing.visiting import Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, details, has_patient, has_practitioner, ok, refusal
from services.booking.tests.mailbox import link_of, mails, said, settings
from services.booking.tests.world import World, running

CALLS = "/v1/public/info-calls"
IN_AN_HOUR = timedelta(minutes=60)


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """With somebody who calls, and a mailbox."""
    async with running(store_url, database, settings=settings(tmp_path)) as world:
        await has_practitioner(world)
        yield world


def wish(**changes: Any) -> dict[str, Any]:
    return details(**{"starts_at": TOMORROW_AT_TEN.isoformat(), **changes})


class Refusing:
    """Carries nothing to anybody."""

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        return Outcome.REFUSED


async def asks(world: World, **changes: Any) -> Any:
    asked = ok(await world.public.post(CALLS, wish(**changes)), 201)
    await world.catch_up()
    return asked


def secret(world: World) -> str:
    return link_of(world, "free-call/confirm").rpartition("/")[2]


async def opens(world: World, link: str) -> Any:
    return await world.public.post(f"{CALLS}/confirm", {"link": link})


async def whose(world: World, call: Any) -> str:
    return str(ok(await world.coordinator.get(f"/v1/appointments/{call['appointment_id']}"))["patient_id"])


async def free(world: World) -> list[str]:
    day = {"from": local(24, 10).isoformat(), "to": local(24, 10, 15).isoformat()}
    return [each["starts_at"] for each in ok(await world.public.get(f"{CALLS}/availability", **day))["items"]]


async def test_a_time_is_kept_and_nobody_is_registered_before_it_is_confirmed(world: World) -> None:
    asked = await asks(world)
    assert asked["confirm_by"] == local(23, 10).strftime("%Y-%m-%dT18:00:00Z")
    assert await free(world) == []
    assert [await world.store.database[each].count_documents({}) for each in ("patients", "care_paths")] == [0, 0]
    assert await world.said_types(await whose(world, asked)) == []
    (mail,) = mails(world)
    assert mail["To"] == "ana@example.org"
    assert "Tuesday, November 24, 2026, 10:00" in said(mail)
    assert list(mail.iter_attachments()) == [], "nothing is booked that a calendar could show"
    assert "/pages/messages/" not in said(mail), "whoever is nobody's patient has nothing to end"
    assert "/pages/visits/" not in said(mail), "and no visits"

    call = ok(await opens(world, secret(world)))
    assert (call["appointment_id"], call["confirm_by"]) == (asked["appointment_id"], None)
    patient = await whose(world, call)
    assert await world.said_types(patient) == ["PatientRegistered", "ConsultationBooked", "CarePathStageChanged"]
    assert (await world.said(patient))[1].data["booked_by"] == "patient"
    person = ok(await world.coordinator.get(f"/v1/patients/{patient}"))
    assert person["details"]["email"] == "ana@example.org"
    await world.catch_up()
    assert len(mails(world)) == 2, "and now it comes with the calendar"


async def test_confirmed_twice_it_is_one_call(world: World) -> None:
    await asks(world)
    link = secret(world)
    first, second = ok(await opens(world, link)), ok(await opens(world, link))
    assert first == second
    assert await world.store.database["patients"].count_documents({}) == 1


async def test_what_nobody_confirms_is_given_back_and_nothing_of_it_is_kept(world: World) -> None:
    asked = await asks(world)
    link = secret(world)
    world.clock.advance(IN_AN_HOUR - timedelta(seconds=1))
    await world.catch_up()
    assert await free(world) == []
    world.clock.advance(timedelta(seconds=1))
    assert refusal(await opens(world, link)) == (410, "hold_expired"), "before timers come to it, too"
    await world.catch_up()
    assert await free(world) == ["2026-11-24T18:00:00Z"]
    given_back = await world.ports.appointments.get(asked["appointment_id"])
    assert (given_back.status, given_back.caller) == ("lapsed", None)
    assert refusal(await opens(world, link)) == (410, "hold_expired")
    assert await world.said_types(given_back.patient_id) == []


async def test_what_the_desk_gave_back_is_gone(world: World) -> None:
    asked = await asks(world)
    seen = ok(await world.coordinator.get(f"/v1/appointments/{asked['appointment_id']}"))
    await acts(world.coordinator, seen, "release")
    assert refusal(await opens(world, secret(world))) == (410, "hold_expired")
    assert (await world.ports.appointments.get(asked["appointment_id"])).caller is None


async def test_whoever_calls_instead_of_opening_the_link_has_it_booked_at_the_desk(world: World) -> None:
    asked = await asks(world)
    seen = ok(await world.coordinator.get(f"/v1/appointments/{asked['appointment_id']}"))
    someone, shown = await logs_in(world, to=f"/pages/desk/visits/{asked['appointment_id']}")
    assert shown.status == 200
    assert "ana@example.org" in shown.text
    assert "Asked for without a login." in shown.text
    assert "Ana R." in (await someone.opens("/pages/desk?day=2026-11-24")).text
    booked = await acts(world.coordinator, seen, "book")
    assert booked["status"] == "booked"
    assert ok(await world.coordinator.get(f"/v1/patients/{booked['patient_id']}"))["details"]["given_name"] == "Ana"
    assert ok(await opens(world, secret(world)))["appointment_id"] == asked["appointment_id"]


async def test_a_link_that_was_made_up_books_nothing(world: World) -> None:
    asked = await asks(world)
    for made_up in ("x", asked["appointment_id"], f"{asked['appointment_id']}.{'0' * 64}", secret(world)[:-1]):
        assert refusal(await opens(world, made_up)) == (404, "appointment_not_found")
    assert await world.store.database["patients"].count_documents({}) == 0


async def test_what_was_moved_meanwhile_is_not_told_to_whoever_has_the_link(world: World) -> None:
    asked = await asks(world)
    link = secret(world)
    ok(await opens(world, link))
    seen = ok(await world.coordinator.get(f"/v1/appointments/{asked['appointment_id']}"))
    await acts(world.coordinator, seen, "cancel", reason="patient_request")
    assert refusal(await opens(world, link)) == (404, "appointment_not_found")


async def test_nobody_is_registered_for_a_time_that_cannot_be_given_any_more(world: World) -> None:
    await asks(world)
    ok(await world.coordinator.post("/v1/practitioners/dr-lee/absence", {"day": "2026-11-24"}, version=1))
    assert refusal(await opens(world, secret(world))) == (422, "outside_hours")
    assert await world.store.database["patients"].count_documents({}) == 0


async def test_who_is_known_already_is_asked_in_the_same_way_and_marked_once_they_confirm(world: World) -> None:
    known = await has_patient(world)
    asked = await asks(world)
    call = ok(await opens(world, secret(world)))
    person = ok(await world.coordinator.get(f"/v1/patients/{await whose(world, call)}"))
    assert person["possible_duplicates"] == [known]
    assert asked.keys() == call.keys()


async def test_an_address_that_does_not_exist_is_nobodys_task(world: World) -> None:
    """It may be anybody's, or nobody's: the time is given back, and the desk is not asked to look for them."""
    asked = ok(await world.public.post(CALLS, wish()), 201)
    for channel in Channel:
        world.ports.carriers[channel] = Refusing()  # type: ignore[index]  # of this world alone
    await world.catch_up()
    assert ok(await world.coordinator.get("/v1/tasks"))["items"] == []
    assert (await world.ports.appointments.get(asked["appointment_id"])).untold_since is None


async def test_where_nobody_can_be_asked_it_is_booked_at_once(store_url: str, database: str, tmp_path: Path) -> None:
    """No address of ours that a link could name. A text message is no way either: that wants their consent first."""
    for number, given in enumerate(({"messages_dir": tmp_path}, {})):
        async with running(store_url, f"{database}_{number}", settings=given) as world:
            await has_practitioner(world)
            asked = await asks(world)
            assert asked["confirm_by"] is None
            assert await world.store.database["patients"].count_documents({}) == 1


async def test_it_is_confirmed_on_the_page_behind_the_link(world: World) -> None:
    """Opening it books nothing; the button does, once; and when it is over there is a way to another time."""
    await asks(world)
    page = link_of(world, "free-call/confirm")
    someone = Visitor(world.client)
    question = await someone.opens(page)
    assert question.h1 == "Is this the call you asked for?"
    assert await world.store.database["patients"].count_documents({}) == 0
    for _ in range(2):
        assert (await someone.presses(question, "Yes, book this call")).h1 == "Your call is booked"
    assert (await someone.opens(page)).h1 == "Your call is booked"
    assert await world.store.database["patients"].count_documents({}) == 1
    world.clock.advance(IN_AN_HOUR)
    over = await someone.opens(page)
    assert (over.status, over.h1) == (404, "This link leads nowhere any more")


async def test_a_page_that_was_opened_too_late_leads_to_another_time(world: World) -> None:
    await asks(world)
    world.clock.advance(IN_AN_HOUR)
    over = await Visitor(world.client).opens(link_of(world, "free-call/confirm"))
    assert (over.status, over.h1) == (410, "This time is no longer kept for you")
    assert (await Visitor(world.client).follows(over, "Choose another time")).status == 200
