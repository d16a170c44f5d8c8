"""The desk's calendar in a browser without scripts: a day by resource, a week of all and of one."""

import asyncio

from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    screening_began,
)
from services.booking.tests.world import World

DESK = "/pages/desk"
TOMORROW = f"{DESK}?day=2026-11-24"


async def test_a_day_shows_everybody_and_every_room_with_their_hours_and_visits(world: World) -> None:
    await has_practitioner(world, "dr-lee")
    await has_practitioner(world, "kim", "therapist", week={})
    await has_room(world, "Talk")
    await books(world.coordinator, await has_patient(world))

    someone, day = await logs_in(world, to=TOMORROW)

    assert day.h1 == "Tuesday, November 24, 2026"
    assert "As of 9:00 AM, Pacific Standard Time." in day.text
    assert (
        "dr-lee Can be booked 9:00 AM – 5:00 PM 10:00 AM – 10:15 AM · Ana R. Free call, By phone, Expected" in day.text
    )
    assert "kim Not on this weekday Nothing is booked." in day.text
    assert "Talk Can be booked 9:00 AM – 5:00 PM Nothing is booked." in day.text
    assert "Rivera" not in day.html
    after = await someone.follows(day, "The day after")
    assert (after.h1, after.text.count("Nothing is booked.")) == ("Wednesday, November 25, 2026", 3)
    assert "Calendar" in after.current
    another = await someone.presses(after, "Show", day="2027-01-11")
    assert another.h1 == "Monday, January 11, 2027"
    assert "Week" in (await someone.follows(another, "The whole week")).current


async def test_a_clinic_without_anybody_says_what_to_do_first(world: World) -> None:
    someone, day = await logs_in(world, to=DESK)
    assert "Nobody works here yet" in day.text
    assert "Nobody works here yet" in (await someone.follows(day, "Week")).text


async def test_what_is_called_off_takes_no_place_and_what_waits_says_so(world: World) -> None:
    await has_practitioner(world)
    gone = await books(world.coordinator, await has_patient(world))
    await acts(world.coordinator, gone, "cancel", reason="patient_request")
    _, day = await logs_in(world, to=TOMORROW)
    assert "10:00 AM" not in day.text


async def test_visits_of_whoever_has_left_are_still_to_be_seen(world: World) -> None:
    await has_practitioner(world)
    await books(world.coordinator, await has_patient(world))
    left = ok(await world.coordinator.get("/v1/practitioners/dr-lee"))
    kept = {name: left[name] for name in ("name", "licences", "telehealth")}
    ok(await world.coordinator.put("/v1/practitioners/dr-lee", {**kept, "active": False}, version=1))
    _, day = await logs_in(world, to=TOMORROW)
    assert "dr-lee Is not booked any more 10:00 AM – 10:15 AM · Ana R." in day.text


async def test_on_a_day_on_which_clocks_are_set_each_time_says_by_which_clock(world: World) -> None:
    await has_practitioner(world, week={"sunday": [{"opens": "00:00", "closes": "06:00"}]})
    ana, ben = await has_patient(world), await has_patient(world, given_name="Ben", email="ben@example.org")
    world.clock.now = local(30, 9, month=10)
    for patient_id, instant in ((ana, "2026-11-01T08:30:00Z"), (ben, "2026-11-01T09:30:00Z")):
        body = {"patient_id": patient_id, "kind": "info_call", "starts_at": instant, "modality": "phone"}
        ok(await world.coordinator.post("/v1/appointments", body), 201)

    _, day = await logs_in(world, to=f"{DESK}?day=2026-11-01")

    assert "Clocks are set on this day; later it is Pacific Standard Time." in day.text
    assert "1:30 AM (Pacific Daylight Time) – 1:45 AM (Pacific Daylight Time) · Ana R." in day.text
    assert "1:30 AM (Pacific Standard Time) – 1:45 AM (Pacific Standard Time) · Ben R." in day.text


async def test_a_week_says_how_much_is_booked_and_leads_to_one_of_them(world: World) -> None:
    await has_practitioner(world)
    first, second = await has_patient(world), await has_patient(world, given_name="Ben", email="ben@example.org")
    await books(world.coordinator, first)
    await books(world.coordinator, second, starts_at=local(24, 11))
    ok(await world.coordinator.post("/v1/practitioners/dr-lee/absence", {"day": "2026-11-26"}, version=1))

    someone, week = await logs_in(world, to=f"{DESK}/week")
    assert week.h1 == "Week from Monday, November 23, 2026"
    assert "2 visits 9:00 AM – 5:00 PM" in week.text
    assert "Away, or closed, on this day" in week.text
    assert "Ana" not in week.text

    theirs = await someone.follows(week, "dr-lee")
    assert theirs.h1 == "dr-lee"
    assert "Tue, November 24 Can be booked 9:00 AM – 5:00 PM 10:00 AM – 10:15 AM · Ana R." in theirs.text
    assert "11:00 AM – 11:15 AM · Ben R." in theirs.text
    assert "Nothing is booked." in (await someone.follows(theirs, "The week after")).text
    audited = await world.store.database["_audit"].find_one({"action": "read_calendar"})
    assert audited is not None
    assert len(audited["touched"]) == 2


async def test_fifty_people_and_rooms_are_all_there(world: World) -> None:
    few = asyncio.Semaphore(8)

    async def one(n: int) -> None:
        async with few:
            await has_practitioner(world, f"p{n:02}")

    await asyncio.gather(*(one(n) for n in range(50)))
    await books(world.coordinator, await has_patient(world), starts_at=TOMORROW_AT_TEN)
    someone, day = await logs_in(world, to=TOMORROW)
    assert [f"p{n:02}" in day.links for n in range(50)] == [True] * 50
    week = await someone.follows(day, "The whole week")
    assert (week.text.count("1 visit"), week.text.count("9:00 AM – 5:00 PM")) == (1, 250)


async def test_a_room_has_a_week_as_well(world: World) -> None:
    await has_practitioner(world)
    room = await has_room(world, "Talk")
    ana = await has_patient(world)
    await had_info_call(world, ana)
    await screening_began(world, ana)
    await books(world.coordinator, ana, "evaluation", starts_at=local(27, 9))
    _, week = await logs_in(world, to=f"{DESK}/week/room/{room}")
    assert "9:00 AM – 10:30 AM · Ana R. Evaluation, At the clinic, Expected" in week.text


async def test_nobodys_week_and_a_patients_are_no_pages(world: World) -> None:
    someone, _ = await logs_in(world, to=DESK)
    assert (await someone.opens(f"{DESK}/week/practitioner/nobody")).status == 404
    assert (await someone.opens(f"{DESK}/week/patient/anybody")).status == 404
