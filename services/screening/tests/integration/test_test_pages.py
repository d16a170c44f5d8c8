"""Somebody on call tries out whether pages reach them; no patient, no alert and nobody else has to do with it."""

import json
from datetime import timedelta

from careflow_service.identity import Role
from services.screening.tests.clinic import has_rota, ok, refusal, rota
from services.screening.tests.world import World

PATH = "/v1/rota/test-pages"


async def test_whoever_is_on_the_rota_is_paged_as_a_test_over_every_channel(world: World) -> None:
    await has_rota(world)
    ok(await world.nurse.post(PATH), 201)
    await world.catch_up()
    assert world.paged() == [("user-nurse", "sms"), ("user-nurse", "push")]
    for file in world.pages.glob("*.json"):
        page = json.loads(file.read_text())
        assert (page["test"], page["alert_id"]) == (True, None)
        assert "TEST" in page["text"]


async def test_it_is_no_alert_and_nobody_else_is_ever_asked(world: World) -> None:
    await has_rota(world)
    ok(await world.nurse.post(PATH), 201)
    await world.travel(timedelta(hours=1))
    assert {person for person, _ in world.paged()} == {"user-nurse"}
    assert ok(await world.nurse.get("/v1/alerts", open=False))["items"] == []
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []


async def test_what_arrived_is_confirmed_by_whom_it_was_sent_to_and_listed_for_everybody(world: World) -> None:
    await has_rota(world)
    first, _ = ok(await world.nurse.post(PATH), 201)["page_ids"]
    confirming = f"{PATH}/{first}/confirm"
    await world.catch_up()
    assert refusal(await world.prescriber.post(confirming)) == (404, "page_not_found")
    ok(await world.nurse.post(confirming))
    listed = ok(await world.calling(Role.COORDINATOR).get(PATH))["items"]
    assert {each["id"]: each["state"] for each in listed}[first] == "acknowledged"
    assert sorted(each["state"] for each in listed) == ["acknowledged", "delivered"]
    one = ok(await world.nurse.get(PATH, limit=1))
    assert len(one["items"]) == 1
    assert len(ok(await world.nurse.get(PATH, limit=1, after=one["next"]))["items"]) == 1


async def test_only_who_is_on_a_rota_can_be_paged(world: World) -> None:
    assert refusal(await world.nurse.post(PATH)) == (404, "rota_not_found")
    await has_rota(world)
    assert refusal(await world.calling(Role.THERAPIST).post(PATH)) == (404, "responder_not_found")
    assert refusal(await world.calling(Role.COORDINATOR).post(PATH)) == (403, "forbidden")


async def test_of_more_channels_than_there_are_kinds_each_one_counts_as_under_way(world: World) -> None:
    channels = [{"kind": "sms", "address": f"+1415555010{n}"} for n in range(6)]
    channels.append({"kind": "push", "address": "device"})
    others = [each for each in rota(world.clock())["responders"] if each["id"] != "user-nurse"]
    responders = [{"id": "user-nurse", "channels": channels}, *others]
    director = world.calling(Role.MEDICAL_DIRECTOR)
    ok(await director.put("/v1/rota", rota(world.clock(), responders=responders), version=0))
    page_ids = ok(await world.nurse.post(PATH), 201)["page_ids"]
    for page_id in page_ids[:5]:
        ok(await world.nurse.post(f"{PATH}/{page_id}/confirm"))
    assert refusal(await world.nurse.post(PATH)) == (409, "test_page_under_way")


async def test_it_can_be_asked_for_again_once_the_last_one_went_out(world: World) -> None:
    await has_rota(world)
    for _ in range(2):
        ok(await world.nurse.post(PATH), 201)
        await world.catch_up()
    assert len(world.paged()) == 4


async def test_whoever_asked_for_it_is_in_the_audit_trail(world: World) -> None:
    await has_rota(world)
    ok(await world.nurse.post(PATH), 201)
    audited = await world.store.database["_audit"].find_one({"action": "request_test_page"})
    assert audited is not None
    assert (audited["actor"], audited["outcome"]) == ("user-nurse", "done")
