"""What the front desk looks for: visits that somebody cannot give any more, and patients."""

from typing import Any

from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import WORKING_WEEK, acts, details, has_patient, has_practitioner, ok, refusal
from services.booking.tests.world import World

CA = {"state": "CA"}
NOBODY_THERE: dict[str, Any] = {"hours": []}


async def unfit(world: World) -> list[tuple[str, str, str]]:
    """The kind of each visit, and who or what cannot give it for which reason."""
    span = {"from": local(23, 10).isoformat(), "to": local(20, 0, month=12).isoformat()}
    items = ok(await world.coordinator.get("/v1/appointments/unfit", **span))["items"]
    return [
        (each["appointment"]["kind"], "room" if why["kind"] == "room" else why["id"], why["because"])
        for each in items
        for why in each["unfit"]
    ]


async def changed(world: World, who: str, **what: Any) -> None:
    before = ok(await world.coordinator.get(f"/v1/practitioners/{who}"))
    body = {"name": who, "licences": before["licences"], "telehealth": True, "active": True, **what}
    ok(await world.coordinator.put(f"/v1/practitioners/{who}", body, version=before["version"]))


async def test_while_everybody_can_give_their_visits_nothing_is_listed(world: World) -> None:
    await news.booked(world)
    assert await unfit(world) == []


async def test_a_sick_nurses_visits_are_listed_until_they_are_reassigned(world: World) -> None:
    _, dose = await news.booked(world)
    ok(await world.coordinator.put("/v1/practitioners/joy/exceptions/2026-11-25", NOBODY_THERE, version=1))
    assert await unfit(world) == [("dosing", "joy", "away")]
    await has_practitioner(world, "max", "nurse")
    after = await acts(world.coordinator, dose, "reassign", patient_agreed=False)
    assert "max" in [each["id"] for each in after["providers"]]
    assert await unfit(world) == []


async def test_a_closed_room_lists_its_visits(world: World) -> None:
    _, dose = await news.booked(world)
    closed = {**WORKING_WEEK, "wednesday": [{"opens": "09:00", "closes": "12:00"}]}
    ok(await world.coordinator.put(f"/v1/rooms/{dose['room_id']}/hours", closed, version=1))
    assert await unfit(world) == [("dosing", "room", "closed")]


async def test_a_shorter_licence_lists_what_is_later(world: World) -> None:
    await news.booked(world)
    await changed(world, "kim", licences=[{"role": "therapist", "state": "CA", "valid_until": "2026-11-24"}])
    assert await unfit(world) == [("dosing", "kim", "not_licensed"), ("integration", "kim", "not_licensed")]


async def test_no_telehealth_lists_visits_by_video_and_who_leaves_all_of_theirs(world: World) -> None:
    await news.booked(world)
    await changed(world, "kim", telehealth=False)
    assert await unfit(world) == [("integration", "kim", "not_by_video")]
    await changed(world, "kim", active=False)
    assert await unfit(world) == [(kind, "kim", "left") for kind in ("preparation", "dosing", "integration")]


async def test_patients_are_found_by_how_they_are_reached(world: World) -> None:
    ana = await has_patient(world)
    ben = await has_patient(world, given_name="Ben", email="ben@example.org", phone="415 555 0199")
    twin = await has_patient(world, email="ANA@example.org", phone="415 555 0166")

    async def found(**by: str) -> list[str]:
        by = {"birth_date": "1988-04-02", **by}
        return [each["id"] for each in ok(await world.coordinator.post("/v1/patients/search", by))["items"]]

    assert await found(email="ana@EXAMPLE.org") == [ana, twin]
    assert await found(phone="(415) 555-0199") == [ben]
    assert await found(email="nobody@example.org") == []
    assert await found(email="ana@example.org", birth_date="1989-04-02") == []
    nothing = await world.coordinator.post("/v1/patients/search", {"birth_date": "1988-04-02"})
    assert refusal(nothing) == (422, "email_or_phone")
    audited = await world.store.database["_audit"].find_one({"action": "find_patients"})
    assert audited is not None


async def test_who_booked_twice_is_listed_beside_whom_they_look_like(world: World) -> None:
    await has_practitioner(world)
    await has_practitioner(world, "dr-ray")
    wish = details(starts_at=local(24, 10).isoformat())
    for key in ("first-click", "second-click"):
        ok(await world.public.post("/v1/public/info-calls", wish, key=key), 201)
    items = ok(await world.coordinator.get("/v1/patients/look-alikes"))["items"]
    assert len(items) == 1
    assert len(items[0]["possible_duplicates"]) == 1
