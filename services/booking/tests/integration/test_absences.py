"""Somebody is away, or a room is closed: what is affected is listed with what can become of it, and each way out is one
of the commands there are.
"""

from typing import Any

from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    acts,
    books,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    refusal,
    visit,
)
from services.booking.tests.treatment import deadlines_fire, reads
from services.booking.tests.world import World

SICK = "/v1/practitioners/joy/absence"
WEDNESDAY = {"day": "2026-11-25"}


async def is_sick(world: World, path: str = SICK, **when: Any) -> Any:
    """The visits this leaves without somebody or without a room."""
    return ok(await world.coordinator.post(path, when or WEDNESDAY, version=1))["affected"]["items"]


async def test_a_sick_nurses_visits_are_listed_with_a_substitute_a_move_and_a_cancellation(world: World) -> None:
    known, dose = await news.booked(world)
    await has_practitioner(world, "max", "nurse")
    (found,) = await is_sick(world)
    assert (found["appointment"]["id"], found["integration_id"]) == (dose["id"], dose["integration"]["id"])
    assert [each["id"] for each in found["substitute"]["providers"]] == ["kim", "max", "dr-lee"]
    assert found["substitute"]["ask_patient_first"] is False
    assert len(found["move_to"]) == 3
    assert found["cancel_reason"] == "provider_unavailable"
    after = await acts(world.coordinator, dose, "reassign", without=["joy"])
    assert [each["id"] for each in after["providers"]] == ["kim", "max", "dr-lee"]
    span = {"from": local(25, 0).isoformat(), "to": local(26, 0).isoformat()}
    assert ok(await world.coordinator.get(SICK, **span))["items"] == []
    assert not any("Cancelled" in name or "Rescheduled" in name for name in await world.said_types(known["patient_id"]))


async def test_what_nobody_else_can_give_is_moved_together_with_its_integration(world: World) -> None:
    _, dose = await news.booked(world)
    (found,) = await is_sick(world)
    assert found["substitute"] is None
    to = found["move_to"][0]
    assert to == "2026-11-24T18:30:00Z", "as soon as the preparation is over"
    moved = await acts(
        world.coordinator, dose, "reschedule", starts_at=to, integration={"starts_at": local(27, 10).isoformat()}
    )
    assert moved["starts_at"] == to


async def test_a_visit_called_off_by_the_clinic_is_nobodys_late_cancellation(world: World) -> None:
    known, dose = await news.booked(world)
    (found,) = await is_sick(world)
    await acts(world.coordinator, dose, "cancel", reason=found["cancel_reason"])
    (said,) = [event for event in await world.said(known["patient_id"]) if "TreatmentCancelled" in event.type]
    data: Any = said.data
    assert (data["cancelled_by"], data["reason"]) == ("clinic", "provider_unavailable")


async def test_for_another_therapist_the_patient_is_asked_first(world: World) -> None:
    _, dose = await news.booked(world)
    await has_practitioner(world, "lou", "therapist")
    found = await is_sick(world, "/v1/practitioners/kim/absence")
    assert [each["substitute"]["ask_patient_first"] for each in found] == [True]
    unasked = await world.coordinator.post(
        f"/v1/appointments/{dose['id']}/reassign", {"without": ["kim"]}, version=dose["version"]
    )
    assert refusal(unasked) == (409, "ask_patient_first")


async def test_a_closed_rooms_visits_go_to_another(world: World) -> None:
    _, dose = await news.booked(world)
    other = await has_room(world, "Second", "dosing")
    (found,) = await is_sick(world, f"/v1/rooms/{dose['room_id']}/absence")
    assert (found["substitute"]["room_id"], found["cancel_reason"]) == (other, "clinic_closed")


async def test_only_what_falls_into_the_hours_of_absence_is_affected_and_nothing_more_is_booked_then(
    world: World,
) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    early = await books(world.coordinator, ana, starts_at=local(25, 9))
    late = await books(world.coordinator, ben, starts_at=local(25, 12))
    path = "/v1/practitioners/dr-lee/absence"
    away = {"starts_at": local(25, 11).isoformat(), "ends_at": local(25, 14).isoformat()}
    (found,) = await is_sick(world, path, **away)
    assert found["appointment"]["id"] == late["id"]
    assert found["move_to"] == ["2026-11-24T20:00:00Z", "2026-11-25T18:45:00Z", "2026-11-26T20:00:00Z"]
    cara = await has_patient(world, email="cara@example.org")
    for at, code in ((local(25, 10, 45), None), (local(25, 11), "outside_hours"), (local(25, 14), None)):
        asked = await world.coordinator.post("/v1/appointments/holds", visit(cara, starts_at=at))
        assert (refusal(asked)[1] if asked.status_code != 201 else None) == code
    assert (await reads(world, early))["status"] == "booked"
    ok(await world.coordinator.delete("/v1/practitioners/dr-lee/exceptions/2026-11-25", version=2))
    ok(await world.coordinator.post("/v1/appointments", visit(cara, starts_at=local(25, 13))), 201)


async def test_an_absence_names_a_day_or_two_times_and_lasts_a_month_at_most(world: World) -> None:
    await has_practitioner(world, "joy", "nurse")
    for when, code in (
        ({}, "day_or_interval"),
        ({**WEDNESDAY, "starts_at": local(25, 9).isoformat()}, "day_or_interval"),
        ({"starts_at": local(25, 9).isoformat()}, "day_or_interval"),
        ({"starts_at": local(25, 9).isoformat(), "ends_at": local(25, 9).isoformat()}, "end_before_start"),
        ({"starts_at": local(25, 9).isoformat(), "ends_at": local(27, 9, month=12).isoformat()}, "absence_too_long"),
    ):
        assert refusal(await world.coordinator.post(SICK, when, version=1)) == (422, code)
    for day in ("0001-01-01", "9999-12-31", "1795651200"):
        assert refusal(await world.coordinator.post(SICK, {"day": day}, version=1)) == (422, "invalid_request")
    told = [await world.coordinator.post(SICK, WEDNESDAY, version=1, key="once") for _ in range(2)]
    assert [ok(each)["version"] for each in told] == [2, 2]
    assert refusal(await world.coordinator.post(SICK, WEDNESDAY, version=1)) == (412, "stale_version")
    span = {"from": local(25, 0).isoformat(), "to": local(26, 0).isoformat()}
    for kind in ("practitioner", "room"):
        path = f"/v1/{kind}s/nobody/absence"
        for asked in (world.coordinator.post(path, WEDNESDAY, version=1), world.coordinator.get(path, **span)):
            assert refusal(await asked) == (404, f"{kind}_not_found")


async def test_every_visit_of_a_week_is_listed_page_by_page_and_nobody_elses(world: World) -> None:
    """However many others are booked between them; a page is short of what was settled meanwhile alone."""
    await has_practitioner(world)
    await has_practitioner(world, "dr-orr")
    theirs = []
    for number, day in enumerate((24, 25, 27)):
        for whose in ("dr-lee", "dr-orr"):
            who = await has_patient(world, email=f"{whose}-{number}@example.org", phone=f"415 555 01{number}0")
            booked = await books(world.coordinator, who, starts_at=local(day, 10), provider_id=whose)
            theirs += [booked["id"]] if whose == "dr-lee" else []
    span = {"from": local(24, 0).isoformat(), "to": local(28, 0).isoformat(), "limit": "1"}
    path, listed = "/v1/practitioners/dr-lee/absence", []
    after: dict[str, str] = {}
    for _ in theirs:
        page = ok(await world.coordinator.get(path, **span, **after))
        listed += [each["appointment"]["id"] for each in page["items"]]
        after = {"after": page["next"]}
    assert (listed, page["next"]) == (theirs, None)
    broken = await world.coordinator.get(path, **span, after="nonsense")
    assert refusal(broken) == (422, "invalid_cursor")
    longer = {**span, "to": local(25, 2, month=12).isoformat()}
    assert refusal(await world.coordinator.get(path, **longer)) == (422, "absence_too_long")


async def test_of_a_visit_weeks_ahead_times_around_it_are_proposed(world: World) -> None:
    """And not those of the next days alone, none of which the gates may let through."""
    await has_practitioner(world)
    await has_practitioner(world, "dr-orr")
    who = await has_patient(world)
    await books(world.coordinator, who, starts_at=local(16, 10, month=12), provider_id="dr-lee")
    (found,) = await is_sick(world, "/v1/practitioners/dr-lee/absence", day="2026-12-16")
    around = [local(day, 10, month=12) for day in (15, 17)]
    assert found["move_to"][0] == around[0].isoformat().replace("+00:00", "Z")
    assert around[1].isoformat().replace("+00:00", "Z") in found["move_to"]


async def test_whoever_is_there_after_all_is_booked_again_and_their_visit_is_no_task(world: World) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world), starts_at=local(25, 9))
    path = "/v1/practitioners/dr-lee"
    away = {"starts_at": local(24, 0).isoformat(), "ends_at": local(28, 0).isoformat()}
    ok(await world.coordinator.post(f"{path}/absence", away, version=1))
    await deadlines_fire(world)
    assert (await reads(world, call))["unfit_since"] is not None
    back = {"first_day": "2026-11-25", "last_day": "2026-11-26"}
    for wrong, code in (
        ({**back, "last_day": "2026-11-24"}, "end_before_start"),
        ({**back, "last_day": "2026-12-26"}, "absence_too_long"),
        ({"first_day": "2026-12-01", "last_day": "2026-12-02"}, "hours_exception_not_found"),
    ):
        assert refusal(await world.coordinator.post(f"{path}/return", wrong, version=2))[1] == code
    told = [await world.coordinator.post(f"{path}/return", back, version=2, key="once") for _ in range(2)]
    assert [ok(each)["version"] for each in told] == [3, 3]
    await deadlines_fire(world)
    assert (await reads(world, call))["unfit_since"] is None
    closed = [each["day"] for each in ok(await world.coordinator.get(path))["hours"]["exceptions"]]
    assert closed == ["2026-11-24", "2026-11-27"]
    room = await has_room(world, "Dose", "dosing")
    ok(await world.coordinator.post(f"/v1/rooms/{room}/absence", WEDNESDAY, version=1))
    ok(await world.coordinator.post(f"/v1/rooms/{room}/return", back, version=2))
