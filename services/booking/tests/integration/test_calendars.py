"""A patient's invitation, and the address at which a practitioner's calendar program reads when they are busy."""

from typing import Any

from icalendar import Calendar

from careflow_service.identity import Role
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
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

FEED = "/v1/practitioners/dr-lee/calendar-feed"


async def busy(world: World, path: str) -> list[Any]:
    response = await world.public.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    return [(event.start, event.end) for event in Calendar.from_ical(response.content).events]


async def test_an_appointment_is_read_as_an_invitation_and_as_its_end(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    path = f"/v1/appointments/{call['id']}/invitation"
    asked = await world.patient(ana).get(path)
    assert asked.headers["content-type"] == "text/calendar; method=REQUEST; charset=utf-8"
    await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    gone = await world.patient(ana).get(path)
    assert gone.headers["content-type"] == "text/calendar; method=CANCEL; charset=utf-8"
    audited = await world.store.database["_audit"].find_one({"action": "read_invitation"})
    assert audited is not None


async def test_nobody_is_invited_to_a_time_that_is_only_held(world: World) -> None:
    await has_practitioner(world)
    held = ok(await world.coordinator.post("/v1/appointments/holds", visit(await has_patient(world))), 201)
    invited = await world.coordinator.get(f"/v1/appointments/{held['id']}/invitation")
    assert refusal(invited) == (409, "not_booked")


async def test_a_feed_shows_when_its_owner_is_busy_until_its_address_changes(world: World) -> None:
    await has_practitioner(world)
    await has_practitioner(world, "dr-ray")
    lee = world.calling(Role.PRESCRIBER, subject="dr-lee")
    first = ok(await lee.post(FEED), 201)["path"]
    assert await busy(world, first) == []
    ana = await has_patient(world)
    await books(world.coordinator, ana, provider_id="dr-lee")
    await books(world.coordinator, await has_patient(world, **details(email="b@example.org")), provider_id="dr-ray")
    assert await busy(world, first) == [(TOMORROW_AT_TEN, local(24, 10, 15))]
    second = ok(await world.coordinator.post(FEED), 201)["path"]
    assert refusal(await world.public.get(first)) == (404, "calendar_feed_not_found")
    assert len(await busy(world, second)) == 1
    assert (await lee.delete(FEED)).status_code == 204
    assert (await lee.delete(FEED)).status_code == 204
    assert refusal(await world.public.get(second)) == (404, "calendar_feed_not_found")
    third = ok(await lee.post(FEED), 201)["path"]
    assert len({first, second, third}) == 3


async def test_the_address_is_told_again_to_whoever_asks_the_same_and_lies_nowhere_open(world: World) -> None:
    await has_practitioner(world)
    lee = world.calling(Role.PRESCRIBER, subject="dr-lee")
    told = [ok(await lee.post(FEED, key="once"), 201)["path"] for _ in range(2)]
    assert told[0] == told[1]
    secret = told[0].removeprefix("/v1/public/calendars/").removesuffix(".ics")
    assert len(secret) == 43
    for name in await world.store.database.list_collection_names():
        async for document in world.store.database[name].find():
            assert secret not in repr(document), name


async def test_nobody_opens_or_closes_the_feed_of_another(world: World) -> None:
    await has_practitioner(world)
    ray = world.calling(Role.PRESCRIBER, subject="dr-ray")
    assert refusal(await ray.post(FEED)) == (403, "not_your_calendar_feed")
    assert refusal(await ray.delete(FEED)) == (403, "not_your_calendar_feed")
    assert refusal(await world.calling(Role.PRESCRIBER, subject="dr-lee").delete(FEED)) == (
        404,
        "calendar_feed_not_found",
    )
    nobody = await world.coordinator.post("/v1/practitioners/nobody/calendar-feed")
    assert refusal(nobody) == (404, "practitioner_not_found")
