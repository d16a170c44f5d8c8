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
from services.booking.tests.treatment import reads
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
    assert found["move_to"][0] == "2026-11-23T18:00:00Z"
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
