"""The work list: what to see to now, and how it is done."""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.treatment import DOSING_AT
from services.booking.tests.world import World


async def tasks(world: World, **page: Any) -> list[tuple[str, str]]:
    """What is to be done about which visit, as the list has it."""
    found = ok(await world.coordinator.get("/v1/tasks", **page))
    return [(each["kind"], each["appointment"]["id"]) for each in found["items"]]


async def test_a_late_patient_is_called_and_is_off_the_list_once_they_came(world: World) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world))
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=14)
    assert await tasks(world) == []
    world.clock.advance(timedelta(minutes=1))
    assert await tasks(world) == [("call_patient", call["id"])]
    await acts(world.coordinator, call, "arrive")
    assert await tasks(world) == []
    audited = await world.store.database["_audit"].find_one({"action": "list_tasks"})
    assert audited is not None


async def test_what_nobody_marked_is_on_the_list_until_somebody_does_and_can_be_corrected(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    first = await books(world.coordinator, ana)
    second = await books(world.coordinator, ben, starts_at=local(24, 11))
    world.clock.now = local(25, 0)
    await world.catch_up()
    assert await tasks(world) == [("mark_visit", first["id"]), ("mark_visit", second["id"])]
    page = ok(await world.coordinator.get("/v1/tasks", limit=1))
    assert await tasks(world, limit=1, after=page["next"]) == [("mark_visit", second["id"])]
    unmarked = page["items"][0]["appointment"]
    missed = await acts(world.coordinator, unmarked, "missed")
    assert await tasks(world) == [("mark_visit", second["id"])]
    assert (await acts(world.coordinator, missed, "correct"))["status"] == "arrived"


async def test_a_hold_shortly_before_a_dose_is_on_the_list_until_it_is_released(world: World) -> None:
    known, dose = await news.booked(world)
    world.clock.now = DOSING_AT - timedelta(hours=1)
    await world.hear(news.alert(known))
    assert ("settle_hold", dose["id"]) in await tasks(world)
    await world.hear(news.alert_closed(known))
    assert ("settle_hold", dose["id"]) not in await tasks(world)


async def test_the_list_is_the_clinics(world: World) -> None:
    ana = await has_patient(world)
    assert refusal(await world.patient(ana).get("/v1/tasks")) == (403, "forbidden")
    assert refusal(await world.calling(Role.BILLER).get("/v1/tasks")) == (403, "forbidden")
