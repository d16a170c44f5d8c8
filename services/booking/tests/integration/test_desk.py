"""What the front desk looks for: visits that somebody cannot give any more, and patients."""

from typing import Any

from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    WORKING_WEEK,
    acts,
    books,
    details,
    has_patient,
    has_practitioner,
    ok,
    refusal,
    visit,
)
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
    headers, born = world.coordinator.headers, {"birth_date": "1988-04-02"}
    nothing = await world.client.post("/v1/patients/search", json=born, headers=headers)  # without an Idempotency-Key
    assert refusal(nothing) == (422, "email_or_phone")
    audited = await world.store.database["_audit"].find_one({"action": "find_patients"})
    assert audited is not None


async def test_who_booked_twice_is_listed_beside_whom_they_look_like(world: World) -> None:
    await has_practitioner(world)
    await has_practitioner(world, "dr-ray")
    wish = details(starts_at=local(24, 10).isoformat())
    for key in ("first-click", "second-click"):
        ok(await world.public.post("/v1/public/info-calls", wish, key=key), 201)
    (second,) = ok(await world.coordinator.get("/v1/patients/look-alikes"))["items"]
    (first,) = second["possible_duplicates"]
    assert first != second["id"]


async def merges(world: World, given_up: str, survivor: str, *, version: int = 1) -> Any:
    body = {"surviving_patient_id": survivor}
    return await world.coordinator.post(f"/v1/patients/{given_up}/merge", body, version=version)


async def test_a_second_click_is_merged_into_the_first_and_parted_again(world: World) -> None:
    await has_practitioner(world)
    ana, again = await has_patient(world), await has_patient(world)
    call = await books(world.coordinator, again)
    assert refusal(await merges(world, again, ana)) == (409, "visits_open")
    await acts(world.coordinator, call, "cancel", reason="booked_in_error")
    wish = {"patient_id": again, "kind": "evaluation", "modality": "in_person"}
    waiting = ok(await world.coordinator.post("/v1/waitlist", wish), 201)
    assert refusal(await merges(world, again, ana)) == (409, "visits_open")
    ok(await world.coordinator.post(f"/v1/waitlist/{waiting['id']}/leave", version=1))
    assert refusal(await merges(world, again, ana, version=2)) == (412, "stale_version")
    assert refusal(await merges(world, again, "nobody")) == (404, "patient_not_found")
    assert ok(await merges(world, again, ana)) == {"id": again, "version": 2}
    assert ok(await world.coordinator.get("/v1/patients/look-alikes"))["items"] == []
    assert ok(await world.coordinator.get(f"/v1/patients/{again}"))["merged_into"] == ana
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["absorbed"] == [again]
    gone = await world.coordinator.post("/v1/appointments", visit(again))
    assert [each["code"] for each in gone.json()["gates"]] == ["patient_merged"]
    unmerge = await world.coordinator.post(f"/v1/patients/{again}/unmerge", version=2)
    assert ok(unmerge) == {"id": again, "version": 3}
    await books(world.coordinator, again)
    merged, parted = [event for event in await world.said(again) if "merged" in event.type.lower()]
    assert (merged.type, parted.type) == (
        "careflow.booking.PatientsMerged.v1",
        "careflow.booking.PatientsUnmerged.v1",
    )
    assert merged.data == parted.data == {"patient_id": again, "surviving_patient_id": ana}


async def test_nobody_who_was_missed_comes_after_all_on_a_record_that_was_given_up(world: World) -> None:
    await has_practitioner(world)
    ana, again = await has_patient(world), await has_patient(world)
    call = await books(world.coordinator, again)
    world.clock.now = TOMORROW_AT_TEN
    missed = await acts(world.coordinator, call, "missed")
    ok(await merges(world, again, ana))
    late = await world.coordinator.post(f"/v1/appointments/{missed['id']}/correct", version=missed["version"])
    assert refusal(late) == (409, "patient_merged")
