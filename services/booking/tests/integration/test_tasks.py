"""The work list: what to see to now, and how it is done."""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.overtaken_tasks import sees_to, somebody_is_late, who_sees_to_it
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


async def test_a_task_is_taken_given_back_and_handed_over(world: World) -> None:
    call = await somebody_is_late(world)
    ok(await sees_to(world, call))
    told = await sees_to(world, call, role=Role.NURSE)
    assert refusal(told) == (409, "task_taken")
    assert told.json()["taken_by"] == "user-coordinator"
    assert await tasks(world, whose="mine") == [("call_patient", call["id"])]
    assert await tasks(world, whose="nobodys") == []
    ok(await sees_to(world, call, "hand-over", to="user-nurse"))
    assert (await tasks(world, whose="mine"), await who_sees_to_it(world)) == ([], "user-nurse")
    ok(await sees_to(world, call, "give-back", role=Role.NURSE))
    assert await tasks(world, whose="nobodys") == [("call_patient", call["id"])]
    assert refusal(await sees_to(world, call, "give-back")) == (409, "task_not_taken")
    assert (await sees_to(world, call, "hand-over", to="two words")).status_code == 422
    await acts(world.coordinator, call, "arrive")
    assert refusal(await sees_to(world, call)) == (412, "stale_version")


async def test_a_task_left_for_too_long_waits_for_everybody_again(world: World) -> None:
    call = await somebody_is_late(world)
    ok(await sees_to(world, call))
    world.clock.advance(timedelta(minutes=60))
    assert (await tasks(world, whose="mine"), await who_sees_to_it(world)) == ([], None)
    assert await tasks(world, whose="nobodys") == [("call_patient", call["id"])]
    ok(await sees_to(world, call, role=Role.NURSE))
    actions = [each["action"] async for each in world.store.database["_audit"].find({"action": "take_task"})]
    assert len(actions) == 2


async def test_the_list_is_the_clinics(world: World) -> None:
    ana = await has_patient(world)
    assert refusal(await world.patient(ana).get("/v1/tasks")) == (403, "forbidden")
    assert refusal(await world.calling(Role.BILLER).get("/v1/tasks")) == (403, "forbidden")
    assert refusal(await world.patient(ana).post("/v1/tasks/x/take", version=1)) == (403, "forbidden")
