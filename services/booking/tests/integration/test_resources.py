"""Who works at the clinic, where, and when: it shows in what is free."""

from datetime import date, datetime
from typing import Any

import pytest

from booking.domain.intervals import day_interval
from careflow_events import catalogue, contracts
from careflow_service.testing.world import SEALING
from services.booking.tests.builders import ZONE, local
from services.booking.tests.clinic import books, entered_before, has_patient, has_practitioner, has_room, ok, refusal
from services.booking.tests.world import World

TUESDAY = {"from": local(24, 0).isoformat(), "to": local(25, 0).isoformat()}


async def free(world: World, **query: Any) -> list[str]:
    wanted = {"kind": "info_call", "modality": "phone", **TUESDAY, **query}
    return [each["starts_at"] for each in ok(await world.coordinator.get("/v1/availability", **wanted))["items"]]


async def test_hours_and_their_exceptions_show_in_what_is_free(world: World) -> None:
    lee = f"/v1/practitioners/{await has_practitioner(world)}"
    assert len(await free(world)) == 32
    ok(await world.coordinator.put(f"{lee}/exceptions/2026-11-24", {"hours": []}, version=1))
    assert await free(world) == []
    short = {"hours": [{"opens": "10:00", "closes": "11:00"}]}
    ok(await world.coordinator.put(f"{lee}/exceptions/2026-11-24", short, version=2))
    assert await free(world) == [f"2026-11-24T18:{minute}:00Z" for minute in ("00", "15", "30", "45")]
    ok(await world.coordinator.delete(f"{lee}/exceptions/2026-11-24", version=3))
    assert len(await free(world)) == 32
    ok(await world.coordinator.put(f"{lee}/hours", {"tuesday": [{"opens": "09:00", "closes": "10:00"}]}, version=4))
    assert len(await free(world)) == 4
    read = ok(await world.coordinator.get(lee))
    assert read["version"] == 5
    assert read["hours"]["weekly"][1] == [{"opens": "09:00:00", "closes": "10:00:00"}]
    assert read["hours"]["week"]["tuesday"] == read["hours"]["weekly"][1]
    ok(await world.coordinator.put(f"{lee}/hours", read["hours"]["week"], version=5))
    assert ok(await world.coordinator.get(lee))["hours"] == read["hours"]


async def test_who_sees_patients_is_called_by_name_before_they_log_in_and_others_are_told(world: World) -> None:
    lee = await has_practitioner(world)
    ok(await world.coordinator.put(f"/v1/practitioners/{lee}/hours", {"tuesday": []}, version=1))
    licences = [{"role": "prescriber", "state": "CA"}]
    renamed = {"name": "Jordan Lee, MD", "licences": licences, "telehealth": True, "active": True}
    ok(await world.coordinator.put(f"/v1/practitioners/{lee}", renamed, version=2))

    await world.store.staff.read()
    assert world.store.staff.called(lee) == "Jordan Lee, MD"
    told = [each for each in await world.said() if "PractitionerNamed" in each.type]
    for reader in ("screening", "sessions", "billing"):
        opened = [catalogue.read(each, SEALING.ring(reader)) for each in told]
        names = [each.for_services.opened().name for each in opened if isinstance(each, contracts.PractitionerNamed)]
        assert names == [lee, "Jordan Lee, MD"], reader


async def test_who_was_entered_before_names_were_told_is_told_of_by_itself_once(world: World) -> None:
    lee = await has_practitioner(world)
    await entered_before(world, lee)
    await world.catch_up()
    await world.catch_up()
    assert len([each for each in await world.said() if "PractitionerNamed" in each.type]) == 2
    await world.store.staff.read()
    assert world.store.staff.called(lee) == lee


async def test_an_evaluation_needs_a_room_that_is_in_use(world: World) -> None:
    await has_practitioner(world)
    assert await free(world, kind="evaluation", modality="in_person") == []
    room = f"/v1/rooms/{await has_room(world)}"
    assert len(await free(world, kind="evaluation", modality="in_person")) == 26
    closed = {"name": "Room 1", "purposes": ["consultation"], "active": False}
    ok(await world.coordinator.put(room, closed, version=1))
    assert await free(world, kind="evaluation", modality="in_person") == []
    ok(await world.coordinator.put(room, {**closed, "active": True}, version=2))
    ok(await world.coordinator.put(f"{room}/exceptions/2026-11-24", {"hours": []}, version=3))
    assert await free(world, kind="evaluation", modality="in_person") == []
    ok(await world.coordinator.delete(f"{room}/exceptions/2026-11-24", version=4))
    ok(await world.coordinator.put(f"{room}/hours", {"tuesday": [{"opens": "09:00", "closes": "11:00"}]}, version=5))
    assert len(await free(world, kind="evaluation", modality="in_person")) == 2
    assert ok(await world.coordinator.get(room))["version"] == 6


async def test_who_lost_a_licence_or_left_is_no_longer_offered(world: World) -> None:
    lee = f"/v1/practitioners/{await has_practitioner(world)}"
    expired = {
        "name": "dr-lee",
        "licences": [{"role": "prescriber", "state": "CA", "valid_until": "2026-11-23"}],
        "telehealth": True,
    }
    ok(await world.coordinator.put(lee, expired, version=1))
    assert await free(world) == []
    valid = {**expired, "licences": [{"role": "prescriber", "state": "CA"}]}
    ok(await world.coordinator.put(lee, {**valid, "active": False}, version=2))
    assert await free(world) == []
    ok(await world.coordinator.put(lee, valid, version=3))
    assert len(await free(world)) == 32
    assert await free(world, state="OR") == []
    assert await free(world, provider_id="somebody-else") == []


@pytest.mark.parametrize(
    ("now", "day", "quarter_hours"),
    [
        (local(12, 9, month=3, year=2027), date(2027, 3, 14), 92),
        (local(29, 9, month=10), date(2026, 11, 1), 100),
    ],
    ids=["the clocks go forward", "the clocks go back"],
)
async def test_a_dst_day_has_its_own_number_of_free_times_and_each_can_be_booked(
    world: World, now: datetime, day: date, quarter_hours: int
) -> None:
    world.clock.now = now
    await has_practitioner(world, week={"sunday": [{"opens": "00:00", "closes": "00:00"}]})
    sunday = day_interval(day, ZONE)
    times = await free(world, **{"from": sunday.start.isoformat(), "to": sunday.end.isoformat()})
    assert len(times) == len(set(times)) == quarter_hours
    for number in (7, 8, 9, 11, 12):
        patient = await has_patient(world, email=f"p{number}@example.org")
        await books(world.coordinator, patient, starts_at=datetime.fromisoformat(times[number]))


async def test_they_are_listed_page_by_page_and_added_once(world: World) -> None:
    for name in ("dr-a", "dr-b", "dr-c"):
        await has_practitioner(world, name)
    twin = {"id": "dr-a", "name": "twin", "licences": [{"role": "nurse", "state": "CA"}], "telehealth": False}
    assert refusal(await world.coordinator.post("/v1/practitioners", twin)) == (409, "practitioner_exists")
    first = ok(await world.coordinator.get("/v1/practitioners", limit=2))
    rest = ok(await world.coordinator.get("/v1/practitioners", limit=2, after=first["next"]))
    assert [each["id"] for each in first["items"] + rest["items"]] == ["dr-a", "dr-b", "dr-c"]
    rooms = [await has_room(world, name) for name in ("Room 1", "Room 2")]
    assert [each["id"] for each in ok(await world.coordinator.get("/v1/rooms"))["items"]] == sorted(rooms)


async def test_those_in_use_are_told_apart_by_their_names(world: World) -> None:
    await has_practitioner(world, "dr-lee")
    namesake = {"id": "lee-2", "name": "DR-LEE", "licences": [{"role": "nurse", "state": "CA"}], "telehealth": False}
    assert refusal(await world.coordinator.post("/v1/practitioners", namesake)) == (409, "name_taken")
    first, second = [f"/v1/rooms/{await has_room(world, name)}" for name in ("Room 1", "Room 2")]
    renamed = {"name": "room 1", "purposes": ["consultation"]}
    assert refusal(await world.coordinator.put(second, renamed, version=1)) == (409, "name_taken")
    ok(await world.coordinator.put(first, {**renamed, "active": False}, version=1))
    ok(await world.coordinator.put(second, renamed, version=1))
    again = {"name": "Room 1", "purposes": ["consultation"], "active": True}
    assert refusal(await world.coordinator.put(first, again, version=2)) == (409, "name_taken")
    ok(await world.coordinator.put(first, {**again, "name": "Room 1, garden side"}, version=2))


@pytest.mark.parametrize(("year", "code"), [(2062, "day_too_far"), (2024, "day_past")])
async def test_hours_of_a_mistyped_year_are_refused(world: World, year: int, code: str) -> None:
    for path in (f"/v1/practitioners/{await has_practitioner(world)}", f"/v1/rooms/{await has_room(world)}"):
        day = f"{year}-11-26"
        async with world.nothing_changes():
            away = await world.coordinator.post(f"{path}/absence", {"day": day}, version=1)
            assert refusal(away) == (422, code)
            other = await world.coordinator.put(f"{path}/exceptions/{day}", {"hours": []}, version=1)
            assert refusal(other) == (422, code)


async def test_what_cannot_be_hours_is_refused(world: World) -> None:
    lee = f"/v1/practitioners/{await has_practitioner(world)}"
    for day in (
        [{"opens": "17:00", "closes": "09:00"}],
        [{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "13:00"}],
    ):
        answer = await world.coordinator.put(f"{lee}/hours", {"monday": day}, version=1)
        assert refusal(answer) == (422, "hours_invalid")
    with_a_zone = {"monday": [{"opens": "09:00Z", "closes": "12:00Z"}]}
    assert refusal(await world.coordinator.put(f"{lee}/hours", with_a_zone, version=1)) == (422, "invalid_request")
    assert refusal(await world.coordinator.delete(f"{lee}/exceptions/2026-11-24", version=1)) == (
        404,
        "hours_exception_not_found",
    )
    assert refusal(await world.coordinator.put(f"{lee}/exceptions/monday", {"hours": []}, version=1)) == (
        422,
        "invalid_request",
    )
    unlicensed = {"name": "dr-lee", "licences": [], "telehealth": True}
    assert refusal(await world.coordinator.put(lee, unlicensed, version=1)) == (422, "invalid_request")
