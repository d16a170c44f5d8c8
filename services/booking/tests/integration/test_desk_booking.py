"""A patient is found and booked at the desk, in a browser without scripts; what is in the way is said in words."""

from datetime import timedelta

import pytest

from booking.entrypoints.pages.desk import patients as desk_patients
from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    has_patient,
    has_practitioner,
    ok,
)
from services.booking.tests.treatment import DOSING_AT, in_treatment, prepares
from services.booking.tests.world import World

FIND = "/pages/desk/find"
BORN = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}


async def at_patient(world: World, patient_id: str, *roles: Role) -> tuple[Visitor, Page]:
    return await logs_in(world, *roles, to=f"/pages/desk/patients/{patient_id}")


async def on(someone: Visitor, times: Page, day: str) -> Page:
    """The free times of this day."""
    return await someone.follows(times, next(name for name in times.links if name.startswith(day)))


async def wishes(someone: Visitor, patient: Page, at: str, kind: str = "info_call", modality: str = "phone") -> Page:
    """The last look at a time that was typed."""
    times = await someone.presses(patient, "See free times", kind=kind, modality=modality)
    return await someone.presses(times, "Look at this time", at=at)


async def test_a_patient_is_found_by_birth_date_and_contact_and_booked(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    someone, find = await logs_in(world, to=FIND)

    found = await someone.presses(find, "Find", phone="415 555 0123", **BORN)
    assert "4155550123" not in found.url
    patient = await someone.follows(found, "Ana Rivera, April 2, 1988 +14155550123 · ana@example.org")
    assert patient.h1 == "Ana Rivera"
    times = await someone.presses(patient, "See free times", modality="phone")
    assert "Ana R. · Free call, By phone" in times.text
    assert "Times are those of the clinic: Pacific Standard Time." in times.text
    look = await someone.follows(await on(someone, times, "Tue, November 24"), "10:00 AM")
    assert "Nothing known is in the way." in look.text
    booked = await someone.presses(look, "Book it")
    assert "It is booked." in booked.text
    again = await someone.presses(look, "Book it")

    for page in (booked, again):
        assert page.text.count("10:00 AM · Free call") == 1
    assert await world.said_types(ana) == ["PatientRegistered", "ConsultationBooked", "CarePathStageChanged"]


async def test_what_was_typed_to_find_somebody_stays(world: World) -> None:
    someone, find = await logs_in(world, to=FIND)
    wrong = await someone.presses(find, "Find", phone="12", **BORN)
    assert wrong.status == 422
    assert "Please give a telephone number with its area code" in wrong.text
    assert wrong.form("Find").fields["phone"] == "12"
    assert wrong.form("Find").fields["birth_date_year"] == "1988"
    neither = await someone.presses(find, "Find", **BORN)
    assert "Please give a telephone number or an e-mail address." in neither.text
    nobody = await someone.presses(find, "Find", email="nobody@example.org", **BORN)
    assert (nobody.status, "Nobody with this date of birth" in nobody.text) == (200, True)
    assert nobody.form("Find").fields["email"] == "nobody@example.org"


async def test_what_keeps_each_visit_from_being_booked_is_said_with_what_opens_it(world: World) -> None:
    someone, patient = await at_patient(world, await has_patient(world))
    assert "Free call ✓ May be booked" in patient.text
    assert (
        "Evaluation No free call has ended with the wish to go on. Opened when the free call has ended so. "
        "Screening has not begun. Opened when the clinical team begins it." in patient.text
    )
    look = await wishes(someone, patient, "2026-11-24T10:00", "evaluation", "in_person")
    assert "Evaluation: it cannot be booked so" in look.text
    assert "No free call has ended with the wish to go on." in look.text
    assert "Nobody here acts in a role that this visit needs." in look.text
    assert not any("Book it" in form.buttons for form in look.forms)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-11-24T08:00", "Nobody who can give this visit, or no room for it, is there at that time."),
        ("2026-11-24T10:05", "Visits start on the quarter-hour."),
        ("2026-11-20T10:00", "That time is past."),
        ("2028-11-20T10:00", "That time is further ahead than the calendar is open."),
    ],
)
async def test_why_a_time_is_not_possible_is_said_before_anybody_tries(world: World, at: str, why: str) -> None:
    await has_practitioner(world)
    someone, patient = await at_patient(world, await has_patient(world))
    look = await wishes(someone, patient, at)
    assert why in look.text
    assert not any("Book it" in form.buttons for form in look.forms)


async def test_the_next_free_times_lead_on(world: World) -> None:
    await has_practitioner(world)
    someone, patient = await at_patient(world, await has_patient(world))
    look = await wishes(someone, patient, "2026-11-24T08:00")
    better = await someone.follows(look, "Tue, November 24, 9:00 AM")
    assert "It is booked." in (await someone.presses(better, "Book it")).text


@pytest.mark.parametrize("at", ["", "tomorrow", "2026-02-30T10:00", "2026-11-24T10:00Z", "0001-01-01T00:00"])
async def test_what_is_no_time_is_told_beside_it_and_stays(world: World, at: str) -> None:
    await has_practitioner(world)
    someone, patient = await at_patient(world, await has_patient(world))
    again = await wishes(someone, patient, at)
    assert (again.status, again.form("Look at this time").fields["at"]) == (422, at)
    assert "Please give a day and a time" in again.text


async def test_a_time_that_was_taken_meanwhile_is_said_with_the_next_ones(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    someone, patient = await at_patient(world, ana)
    look = await wishes(someone, patient, "2026-11-24T10:00")
    await books(world.coordinator, ben, starts_at=TOMORROW_AT_TEN)

    refused = await someone.presses(look, "Book it")

    assert refused.status == 409
    assert "That time is taken. Nothing was changed." in refused.text
    next_one = await someone.follows(refused, "Tue, November 24, 10:15 AM")
    assert "It is booked." in (await someone.presses(next_one, "Book it")).text


async def test_a_way_in_which_such_a_visit_is_not_held_is_a_sentence(world: World) -> None:
    someone, patient = await at_patient(world, await has_patient(world))
    times = await someone.presses(patient, "See free times", kind="info_call", modality="in_person")
    assert (times.status, "Such a visit is not held that way." in times.text) == (422, True)


async def test_with_somebody_in_particular(world: World) -> None:
    await has_practitioner(world)
    await has_practitioner(world, "max", "nurse")
    someone, patient = await at_patient(world, await has_patient(world))
    times = await someone.presses(patient, "See free times", modality="phone", provider="max")
    look = await someone.follows(await on(someone, times, "Tue, November 24"), "10:00 AM")
    booked = await someone.presses(look, "Book it")
    assert "By phone, Expected, max" in booked.text


async def test_a_dose_is_booked_with_its_integration(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    someone, patient = await at_patient(world, ana)
    times = await someone.presses(patient, "See free times", kind="dosing", modality="in_person")
    integration = await someone.follows(await on(someone, times, "Wed, November 25"), "9:00 AM")
    assert integration.h1 == "Choose a time for the integration"
    assert "Dosing on Wed, November 25, 9:00 AM" in integration.text
    assert not {"9:15 AM", "11:45 AM"} & integration.links.keys(), "while the dose is given"
    assert "12:00 PM" in integration.links

    alone = await someone.follows(integration, "Without one: it is booked already")
    assert "No integration is booked soon enough after it." in alone.text

    look = await someone.follows(await on(someone, integration, "Fri, November 27"), "1:00 PM")
    assert "DosingWednesday, November 25, 2026, 9:00 AM" in look.text
    assert "IntegrationFriday, November 27, 2026, 1:00 PM (Pacific Standard Time), By video" in look.text
    booked = await someone.presses(look, "Book it")
    assert "Wed, November 25, 9:00 AM · Dosing" in booked.text
    assert "Fri, November 27, 1:00 PM · Integration" in booked.text


async def test_what_no_page_of_the_desk_sends_is_refused_and_books_nothing(world: World) -> None:
    ana = await has_patient(world)
    await at_patient(world, ana)
    for form in ({}, {"kind": "info_call", "modality": "phone", "starts_at": "soon"}):
        sent = await world.client.post(f"/pages/desk/patients/{ana}/book", data={"key": "k", **form})
        assert sent.status_code == 422
    forged = {"kind": "dosing", "modality": "in_person", "starts_at": DOSING_AT.isoformat(), "key": "k2"}
    refused = await world.client.post(f"/pages/desk/patients/{ana}/book", data=forged)
    assert refused.status_code == 409
    assert "The care path does not let this visit be booked" in refused.text
    assert await world.store.database["appointments"].count_documents({}) == 0


async def test_whom_no_time_suits_waits_and_is_called_about_a_free_one(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    someone, patient = await at_patient(world, ana)
    times = await someone.presses(patient, "See free times", modality="phone")
    backwards = await someone.presses(times, "Put on the waitlist", first="2026-11-30", last="2026-11-25")
    assert (backwards.status, "The last day is before the first." in backwards.text) == (422, True)
    assert backwards.form("Put on the waitlist").fields["first"] == "2026-11-30"
    waits = await someone.presses(times, "Put on the waitlist", first="2026-11-25", last="2026-11-25")
    assert "They are on the waitlist." in waits.text

    waitlist = await someone.follows(waits, "Waitlist")
    assert "Ana R. · Free call By phone · Would come from November 25, 2026 until November 25, 2026." in waitlist.text
    offered = await someone.follows(waitlist, "See free times for them")
    assert offered.h1 == "Choose a time"
    left = await someone.presses(waitlist, "Waits no longer")
    assert "They wait no longer." in left.text
    assert "Nobody waits." in left.text
    stale = await someone.presses(waitlist, "Waits no longer", key="another")
    assert (stale.status, "Somebody else changed this meanwhile" in stale.text) == (412, True)


async def test_an_offered_time_is_booked_for_who_says_yes(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, await has_patient(world, email="ben@example.org"))
    body = {"patient_id": ana, "kind": "info_call", "modality": "phone"}
    ok(await world.coordinator.post("/v1/waitlist", body), 201)
    world.clock.advance(timedelta(seconds=1))
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()

    someone, waitlist = await logs_in(world, to="/pages/desk/waitlist")
    assert "Is offered Tue, November 24, 10:00 AM," in waitlist.text
    held = await someone.follows(waitlist, "Book it for them, or give it back")
    booked = await someone.presses(held, "Book it for them")
    assert "It is booked for them." in booked.text
    assert "Nobody waits." in (await someone.follows(booked, "Waitlist")).text


async def test_who_may_not_search_among_patients_is_told_so(world: World) -> None:
    _, refused = await logs_in(world, Role.NURSE, to=FIND)
    assert refused.status == 403


async def test_what_comes_stands_before_what_has_been_and_of_that_the_latest_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the way here was; what is of another year says so."""
    monkeypatch.setattr(desk_patients, "SHOWN", 2)
    await has_practitioner(world)
    who = await has_patient(world)
    for day, month in ((24, 11), (25, 11), (27, 11), (1, 12)):
        call = await books(world.coordinator, who, starts_at=local(day, 10, month=month))
        await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    world.clock.now = local(27, 8)
    someone, page = await logs_in(world, to=f"/pages/desk/patients/{who}")
    shown = [each.partition(" · ")[0] for each in page.links if "Free call" in each]
    assert shown == [
        f"{each}, 10:00 AM" for each in ("Fri, November 27", "Tue, December 1", "Wed, November 25", "Tue, November 24")
    ]
    world.clock.now = local(4, 8, month=1, year=2027)
    page = await someone.opens(f"/pages/desk/patients/{who}")
    shown = [each.partition(" · ")[0] for each in page.links if "Free call" in each]
    assert shown == ["Tue, December 1, 2026, 10:00 AM", "Fri, November 27, 2026, 10:00 AM"]
    earlier = await someone.follows(page, "Further ones")
    assert [each.partition(" · ")[0][:8] for each in earlier.links if "Free call" in each] == ["Wed, Nov", "Tue, Nov"]
