"""Somebody is away for a day, at the desk, in a browser without scripts: first what follows, then the absence, then
each visit.
"""

from careflow_service.identity import Role
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import books, has_patient, has_practitioner, ok
from services.booking.tests.treatment import reads
from services.booking.tests.world import World

ABSENCES = "/pages/desk/absences"
NURSE = f"{ABSENCES}/concerned?who=practitioner%3Ajoy&day=2026-11-25"


async def test_what_would_follow_is_seen_before_anything_is_changed(world: World) -> None:
    _, dose = await news.booked(world)
    await has_practitioner(world, "max", "nurse")
    someone, ask = await logs_in(world, to=ABSENCES)
    unsaid = await someone.presses(ask, "See what follows")
    assert (unsaid.status, "Please fill this in." in unsaid.text) == (422, True)

    seen = await someone.presses(ask, "See what follows", who="practitioner:joy", day="2026-11-25")

    assert seen.h1 == "If joy is away"
    assert "Wed, November 25, 9:00 AM · Ana R. Dosing, At the clinic. Its integration moves with it" in seen.text
    assert "Could be given at the same time by kim, max, dr-lee · Dose." in seen.text
    assert not any("Give it to them" in form.buttons for form in seen.forms)
    assert ok(await world.coordinator.get("/v1/practitioners/joy"))["version"] == 1
    assert await reads(world, dose) == {**dose, "integration": None}

    away = await someone.presses(seen, "Record the absence")
    assert (away.h1, "The absence is recorded." in away.text) == ("joy is away", True)
    assert "The absence is recorded." in (await someone.presses(seen, "Record the absence")).text
    assert ok(await world.coordinator.get("/v1/practitioners/joy"))["version"] == 2
    given = await someone.presses(away, "Give it to them")
    assert "It was given to somebody else, at the same time." in given.text
    assert "No visit is concerned." in given.text


async def test_what_cannot_be_given_says_so_in_the_calendar(world: World) -> None:
    _, dose = await news.booked(world)
    someone, before = await logs_in(world, to=NURSE)
    await someone.presses(before, "Record the absence")
    await world.catch_up()
    day = await someone.opens("/pages/desk?day=2026-11-25")
    assert "Dosing, At the clinic, Expected · cannot be given so" in day.text
    whose = await someone.opens(f"/pages/desk/patients/{dose['patient_id']}")
    assert whose.text.count("cannot be given so") == 1


async def test_the_same_follows_before_it_is_recorded_and_after(world: World) -> None:
    await news.booked(world)
    someone, before = await logs_in(world, to=NURSE)
    assert "Nobody else can give it at that time. Or at another time: Tue, November 24, 10:30 AM" in before.text
    after = await someone.presses(before, "Record the absence")
    follows = "Visits concerned "
    assert before.text.partition(follows)[2].split(" If you")[0] in after.text.replace(
        " Call it off, free of charge", ""
    )


async def test_what_nobody_else_can_give_is_moved_or_called_off_free_of_charge(world: World) -> None:
    known, dose = await news.booked(world)
    someone, before = await logs_in(world, to=NURSE)
    away = await someone.presses(before, "Record the absence")
    moving = await someone.follows(away, "Tue, November 24, 10:30 AM")
    assert moving.h1 == "Choose a time for the integration"
    ask = await someone.follows(away, "Call it off, free of charge")
    assert (ask.h1, (await reads(world, dose))["status"]) == ("Call this visit off?", "booked")
    assert (await someone.follows(ask, "Leave it as it is")).h1 == "joy is away"
    off = await someone.presses(ask, "Call it off")
    assert (off.h1, "It was called off." in off.text, "No visit is concerned." in off.text) == (
        "joy is away",
        True,
        True,
    )
    assert (await reads(world, dose))["cancellation"]["reason"] == "provider_unavailable"
    assert known["patient_id"] == dose["patient_id"]


async def test_another_therapist_only_once_the_patient_has_agreed(world: World) -> None:
    await news.booked(world)
    await has_practitioner(world, "lou", "therapist")
    someone, before = await logs_in(world, to=NURSE.replace("joy", "kim"))
    assert "Another therapist: ask the patient first." in before.text
    away = await someone.presses(before, "Record the absence")
    unasked = await someone.presses(away, "Give it to them")
    assert (unasked.status, "That would be another therapist." in unasked.text) == (409, True)
    assert "It was given to somebody else" in (await someone.presses(unasked, "Give it to them", agreed="1")).text


async def test_an_absence_decided_on_an_old_page_is_refused(world: World) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world))
    someone, before = await logs_in(world, to=f"{ABSENCES}/concerned?who=practitioner%3Adr-lee&day=2026-11-24")
    ok(await world.coordinator.post("/v1/practitioners/dr-lee/absence", {"day": "2026-11-30"}, version=1))
    refused = await someone.presses(before, "Record the absence")
    assert (refused.status, refused.h1) == (412, "If dr-lee is away")
    assert "is away" in (await someone.presses(refused, "Record the absence")).h1


async def test_who_may_not_record_it_may_still_look(world: World) -> None:
    await has_practitioner(world)
    someone, seen = await logs_in(
        world, Role.THERAPIST, to=f"{ABSENCES}/concerned?who=practitioner%3Adr-lee&day=2026-11-24"
    )
    assert "No visit is concerned." in seen.text
    assert (await someone.presses(seen, "Record the absence")).status == 403


async def test_a_week_is_one_absence_all_of_it_seen_before_and_taken_back_as_one(world: World) -> None:
    await has_practitioner(world)
    for number, day in enumerate((24, 26, 27)):
        who = await has_patient(world, given_name=f"Ana{number}", email=f"ana{number}@example.org")
        await books(world.coordinator, who, starts_at=local(day, 10))
    someone, ask = await logs_in(world, to=ABSENCES)
    for until, said in (
        ("2026-11-23", "The last day is before the first."),
        ("2026-12-25", "One absence covers 31 days at most"),
    ):
        wrong = await someone.presses(ask, "See what follows", who="practitioner:dr-lee", day="2026-11-24", until=until)
        assert (wrong.status, said in wrong.text) == (422, True)

    seen = await someone.presses(wrong, "See what follows", until="2026-11-27")
    assert "Tuesday, November 24, 2026 – Friday, November 27, 2026. Nothing is changed yet." in seen.text
    assert [f"Ana{each}" in seen.text for each in range(3)] == [True, True, True]

    away = await someone.presses(seen, "Record the absence")
    assert "The absence is recorded." in away.text
    doctor = ok(await world.coordinator.get("/v1/practitioners/dr-lee"))
    assert (doctor["version"], len(doctor["hours"]["exceptions"])) == (2, 4)
    ask = await someone.follows(away, "Call it off, free of charge")
    off = await someone.presses(ask, "Call it off")
    assert "Tuesday, November 24, 2026 – Friday, November 27, 2026." in off.text

    back = await someone.presses(off, "They are there after all")
    assert (back.h1, "Noted: the usual hours hold again." in back.text) == ("If dr-lee is away", True)
    assert ok(await world.coordinator.get("/v1/practitioners/dr-lee"))["hours"]["exceptions"] == []
    assert "Noted: the usual hours hold again." in (await someone.presses(off, "They are there after all")).text


async def test_a_room_is_closed_and_open_again_not_away(world: World) -> None:
    _, dose = await news.booked(world)
    closing = f"{ABSENCES}/concerned?who=room%3A{dose['room_id']}&day=2026-11-25"
    someone, seen = await logs_in(world, to=closing)
    assert (seen.h1, "There is no other room for it at that time." in seen.text) == ("If Dose is closed", True)
    closed = await someone.presses(seen, "Record the absence")
    assert closed.h1 == "Dose is closed"
    assert (await someone.presses(closed, "It is open after all")).h1 == "If Dose is closed"
