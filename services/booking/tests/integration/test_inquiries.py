"""Somebody asks the clinic something, in a browser without scripts or over HTTP; the desk sees to it."""

from datetime import timedelta
from typing import Any

import pytest

from booking.domain.inquiries import InquiryOutcome
from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import has_practitioner, ok, refusal
from services.booking.tests.overtaken_inquiries import (
    KIM,
    QUESTION,
    asks,
    is_answered,
    is_closed,
    is_erased,
    is_taken,
    the_inquiry,
)
from services.booking.tests.world import World

FORM = "/pages/inquiry"
UNDER_AGE = "Under 18: adults only are treated here."
TURNS_TO = "988, by call or text, at any hour"
DESK = "/pages/desk/inquiries"
CLOSED = "/v1/inquiries/closed"
ALARMING = "I don't want to live any more"


async def writes(world: World, languages: str = "en-US", **typed: str) -> Page:
    someone = Visitor(world.client, languages)
    form = await someone.opens(FORM)
    (button,) = form.forms[0].buttons
    return await someone.presses(form, button, **typed)


async def test_a_question_is_kept_once_and_answered_for_nobody_to_read(world: World) -> None:
    someone = Visitor(world.client)
    form = await someone.opens(FORM)
    for _ in range(2):
        received = await someone.presses(form, "Send", **QUESTION)
        assert (received.status, received.h1) == (201, "Thank you, we have your question")
        assert "988" not in received.text.partition("If you may harm")[0]
    assert (await the_inquiry(world)).asked is not None
    (stored,) = await world.store.database["inquiries"].find({}).to_list()
    assert not any(text in str(stored) for text in ("Ana", "4155550123", "How long"))
    owner = (await the_inquiry(world)).patient_id
    assert await world.said_types(owner) == ["InquiryReceived"]
    assert stored["patient_id"] != owner


async def test_words_that_sound_like_a_crisis_are_answered_at_once_and_put_before_a_person(world: World) -> None:
    await asks(world)
    told = await writes(world, **{**QUESTION, "name": "Eve Noor", "words": ALARMING})
    assert (told.status, told.h1) == (201, "Please get help now")
    assert {told.links["Call 988"], told.links["Call 911"]} == {"tel:988", "tel:911"}

    someone, desk = await logs_in(world, to="/pages/desk")
    assert "If you may harm yourself" in told.text
    assert "If you may harm yourself" not in desk.text, "it is patients' pages that say it"
    urgent = await someone.follows(desk, "An inquiry may be urgent: look at it now.")
    assert urgent.text.index("May be urgent") < urgent.text.index("Others")
    assert "The words sound like a crisis: call now." in urgent.text
    assert "An inquiry may be urgent" in (await someone.opens("/pages/day")).text
    one = await someone.follows(urgent, "Eve Noor")
    assert ALARMING in one.text
    early = await someone.presses(one, "Close it", outcome="no_inquiry")
    assert (early.status, "somebody talks to them first" in early.text) == (409, True)
    taken = await someone.presses(early, "I see to it")
    answered = await someone.presses(taken, "They were answered", words="We talked; she is with her sister.")
    assert "call now" not in answered.text
    assert "An inquiry may be urgent" not in (await someone.opens("/pages/desk")).text
    closed = await someone.presses(answered, "Close it", outcome="answered")
    assert "): Their question is answered." in closed.text
    assert "An inquiry may be urgent" not in (await someone.opens("/pages/desk")).text


@pytest.mark.parametrize("missing", ["phone", "name"])
async def test_also_where_nothing_can_be_kept_whoever_is_in_danger_is_told_first(world: World, missing: str) -> None:
    told = await writes(world, **{**QUESTION, "words": ALARMING, missing: ""})
    assert (told.status, told.h1) == (422, "Please get help now")
    assert "Your message has not reached us yet." in told.text
    assert told.form("Send").fields["words"] == ALARMING
    assert await world.store.database["inquiries"].count_documents({}) == 0


async def test_what_was_typed_stays_when_something_is_missing(world: World) -> None:
    again = await writes(world, name="Ana", words="How long is it?")
    assert (again.status, again.h1) == (422, "Ask us something")
    assert "Please give a telephone number or an e-mail address." in again.text
    assert again.form("Send").fields["words"] == "How long is it?"


async def test_in_spanish(world: World) -> None:
    told = await writes(world, "es", **{**QUESTION, "words": "Quiero morirme"})
    assert told.h1 == "Busque ayuda ahora, por favor"


async def test_one_contact_asks_so_often_a_day_and_is_told_where_there_is_help_all_the_same(world: World) -> None:
    for _ in range(5):
        await asks(world)
    refused = await writes(world, **{**QUESTION, "words": ALARMING})
    assert (refused.status, refused.h1) == (429, "Please get help now")
    assert "That was tried too often." in refused.text


async def test_over_http_the_answer_says_where_there_is_help(world: World) -> None:
    assert (await asks(world))["help_now"] is None
    told = (await asks(world, words=ALARMING))["help_now"]
    assert (told["lifeline"], told["emergency"]) == ("988", "911")
    assert "call or text 988" in told["text"]
    neither = {name: value for name, value in QUESTION.items() if name != "phone"}
    refused = await world.public.post("/v1/public/inquiries", neither)
    assert (refused.status_code, refused.json()["code"]) == (422, "email_or_phone")


async def test_it_becomes_a_free_call_and_whoever_asked_a_patient(world: World) -> None:
    await has_practitioner(world)
    await asks(world)
    inquiry = await the_inquiry(world)
    someone, one = await logs_in(world, to=f"{DESK}/{inquiry.id}")
    form = await someone.follows(one, "Book the free call for them")
    assert form.form("Book this call").fields["given_name"] == "Ana"
    times = [label for label in form.form("Book this call").labels if label.startswith("starts_at=2")]
    person = {
        "birth_date_month": "4",
        "birth_date_day": "2",
        "birth_date_year": "1988",
        "email": "ana@example.org",
        "starts_at": times[0].partition("=")[2],
    }
    unsaid = await someone.presses(form, "Book this call", **{**person, "email": ""})
    assert (unsaid.status, unsaid.form("Book this call").fields["birth_date_year"]) == (422, "1988")
    booked = await someone.presses(unsaid, "Book this call", **person)
    assert (booked.h1, "It is booked." in booked.text) == ("Ana Rivera", True)
    assert await world.said_types(inquiry.patient_id) == [
        "InquiryReceived",
        "PatientRegistered",
        "ConsultationBooked",
        "CarePathStageChanged",
        "InquiryClosed",
    ]


@pytest.mark.parametrize("typed", [{"email": "ana@example.org"}, {"email": "", "phone": "12"}], ids=["whole", "faulty"])
async def test_of_whoever_is_not_of_age_the_desk_is_told_the_same_as_of_a_caller(
    world: World, typed: dict[str, str]
) -> None:
    """Nothing is kept but what they wrote themselves; how it ended is written down, and the inquiry closed."""
    await has_practitioner(world)
    await asks(world)
    inquiry = await the_inquiry(world)
    someone, form = await logs_in(world, to=f"{DESK}/{inquiry.id}/call")
    (starts_at, *_) = [label[10:] for label in form.form("Book this call").labels if label.startswith("starts_at=2")]
    born = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "2010"}

    young = await someone.presses(form, "Book this call", **{**born, **typed, "starts_at": starts_at})

    assert (young.status, young.h1) == (422, "Not of age")
    assert all(words in young.text for words in (UNDER_AGE, TURNS_TO, "Never enter another date", "close the inquiry"))
    assert "To the answer" in young.links
    assert await the_inquiry(world) == inquiry
    assert await world.said_types(inquiry.patient_id) == ["InquiryReceived"]
    assert await world.store.database["patients"].count_documents({}) == 0
    changed = await someone.presses(young, "Change the details")
    fields = changed.form("Book this call").fields
    assert (fields["given_name"], fields["birth_date_year"]) == ("Ana", "2010")
    theirs = {"birth_date_year": "1988", "phone": "415 555 0123", "email": "ana@example.org"}
    booked = await someone.presses(changed, "Book this call", **theirs, starts_at=starts_at)
    assert "It is booked." in booked.text


async def test_nobody_is_asked_for_a_date_of_birth_to_ask_something(world: World) -> None:
    """So the form keeps none, whoever sends one with it."""
    for refused in (
        await world.public.post("/v1/public/inquiries", {**QUESTION, "birth_date": "2010-04-02"}),
        await world.public.post("/v1/public/inquiries", {**QUESTION, "birth_date": "1988-04-02"}),
    ):
        assert refused.status_code == 422
    assert await world.store.database["inquiries"].count_documents({}) == 0
    form = await Visitor(world.client).opens(FORM)
    assert "We treat people of 18 years and older." in form.text
    assert not any("birth" in name for name in form.forms[0].fields)


async def test_the_work_list_leads_to_an_inquiry_until_somebody_sees_to_it(world: World) -> None:
    await asks(world)
    someone, tasks = await logs_in(world, to="/pages/desk/tasks")
    found = await someone.follows(tasks, "An inquiry waits, and nobody sees to it yet.")
    assert "Nobody sees to it yet · asked Mon, November 23, 9:00 AM" in found.text
    one = await someone.follows(found, "Ana Rivera")
    await someone.presses(one, "I see to it")
    assert "An inquiry waits" not in (await someone.opens("/pages/desk/tasks")).text


async def test_the_second_who_takes_it_is_told_so(world: World) -> None:
    await asks(world)
    someone, one = await logs_in(world, to=f"{DESK}/{(await the_inquiry(world)).id}")
    await someone.presses(one, "I see to it")
    late = await someone.presses(one, "I see to it", key="another")
    assert (late.status, "Somebody else changed this meanwhile" in late.text) == (412, True)


async def test_what_was_done_about_it_is_told_apart_in_the_audit_trail(world: World) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    for done in (is_taken, is_answered, is_closed, is_erased):
        await done(world, await world.application.read_inquiries.one(inquiry.id, KIM))

    trail = await world.store.database["_audit"].distinct("action")
    assert {"receive_inquiry", "take_inquiry", "answer_inquiry", "close_inquiry", "erase_inquiry"} <= {*trail}


async def test_it_is_erased_by_those_who_may(world: World) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    someone, one = await logs_in(world, to=f"{DESK}/{inquiry.id}")
    empty = await someone.presses(one, "They were answered")
    assert (empty.status, "Please fill this in." in empty.text) == (422, True)
    closed = await someone.presses(one, "Close it", outcome="not_reached")
    nurse, seen = await logs_in(world, Role.NURSE, to=f"{DESK}/{inquiry.id}")
    assert (await nurse.presses(seen, "Erase the person's data")).status == 403
    someone, _ = await logs_in(world, to=f"{DESK}/{inquiry.id}")
    erased = await someone.presses(closed, "Erase the person's data")
    assert "The person's data is erased." in erased.text
    assert not any(text in erased.text for text in ("Ana", "+14155550123", "How long"))
    assert (await world.application.read_inquiries.urgent_waits()) is False


async def test_closed_ones_are_found_by_day_and_by_what_came_of_them(world: World) -> None:
    for outcome in (InquiryOutcome.ANSWERED, InquiryOutcome.NO_INQUIRY, InquiryOutcome.NO_INQUIRY):
        await asks(world, name=f"Ana {outcome.value}")
        await is_closed(world, await the_inquiry(world), outcome)
        world.clock.advance(timedelta(hours=24))

    async def found(**sought: Any) -> list[str]:
        return [each["id"] for each in ok(await world.coordinator.get(CLOSED, **sought))["items"]]

    third, second, first = await found()
    assert await found(outcome="no_inquiry") == [third, second]
    assert await found(day="2026-11-23") == [first]
    assert await found(day="2026-11-24", outcome="answered") == []
    page = ok(await world.coordinator.get(CLOSED, limit=2))
    assert await found(limit=2, after=page["next"]) == [first]
    assert page["items"][1]["closed"] == {"by": "kim", "at": "2026-11-24T17:00:00Z"}
    assert (await world.coordinator.get(CLOSED, outcome="whatever")).status_code == 422
    (stored,) = await world.store.database["inquiries"].find({"_id": first}).to_list()
    assert "answered" not in str(stored)


async def test_what_was_closed_by_mistake_is_opened_again(world: World) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    await is_closed(world, inquiry, InquiryOutcome.NO_INQUIRY)
    someone, found = await logs_in(world, to=f"{DESK}/closed?day=2026-11-23&outcome=no_inquiry")
    assert "closed by kim, Mon, November 23, 9:00 AM" in found.text
    assert "None was closed so." in (await someone.opens(f"{DESK}/closed?day=2026-11-22")).text
    typed = await someone.opens(f"{DESK}/closed?day=yesterday")
    assert (typed.status, "Ana Rivera" in typed.text) == (422, False)
    closed = await someone.follows(found, "Ana Rivera")
    again = await someone.presses(closed, "Open it again")
    assert "It is open again." in again.text
    assert "Opened again bysomeone, Mon, November 23, 9:00 AM" in again.text
    assert "It is open again." in (await someone.presses(closed, "Open it again")).text
    assert "Ana Rivera" in (await someone.opens(DESK)).text
    assert await world.said_types(inquiry.patient_id) == ["InquiryReceived", "InquiryClosed", "InquiryReopened"]

    await is_closed(world, await the_inquiry(world))
    world.clock.advance(timedelta(days=7))
    late = ok(await world.coordinator.get(f"/v1/inquiries/{inquiry.id}"))
    assert (late["status"], late["name"], late["closed"]["by"]) == ("closed", "Ana Rivera", "kim")
    refused = await world.coordinator.post(f"/v1/inquiries/{inquiry.id}/reopen", version=late["version"])
    assert refusal(refused) == (409, "too_late_to_reopen")
    assert "reopen_inquiry" in await world.store.database["_audit"].distinct("action")


async def test_whoever_has_no_business_there_is_told_so(world: World) -> None:
    _, refused = await logs_in(world, Role.BILLER, to=DESK)
    assert refused.status == 403
    assert ok(await world.coordinator.get("/v1/tasks"))["items"] == []
