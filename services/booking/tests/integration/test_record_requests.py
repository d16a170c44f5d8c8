"""Somebody asks for a patient's record: asked for, worked on, settled part by part, and never forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from booking.measures import MEASURES
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.measures import read_all
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.overtaken_record_requests import disclosed
from services.booking.tests.world import World

CANARIES = ("Rosa", "Rivera", "power of attorney", "paper of May")


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "requester": {"by": "patient"},
        "access": "copy",
        "form": "electronic",
        "parts": [{"part": "ordinary"}],
        "identity": "photo_id",
        **changes,
    }


async def asks(world: World, patient_id: str, **changes: Any) -> str:
    asked = await world.coordinator.post(f"/v1/patients/{patient_id}/record-requests", wish(**changes))
    return str(ok(asked, 201)["id"])


async def reads(world: World, request_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/record-requests/{request_id}"))


async def test_what_was_asked_stands_at_the_desk_with_its_last_day(world: World) -> None:
    ana = await has_patient(world)
    copies = await asks(world, ana)
    looking = await asks(world, ana, access="inspect", form="on_site")
    listed = ok(await world.coordinator.get("/v1/record-requests"))["items"]
    assert [(each["id"], each["due_on"], each["late"]) for each in listed] == [
        (looking, "2026-12-01", False),
        (copies, "2026-12-08", False),
    ]
    (part,) = listed[1]["parts"]
    assert part["waits_for"] == ["booking", "screening", "sessions"]
    mine = ok(await world.coordinator.get(f"/v1/patients/{ana}/record-requests"))["items"]
    assert {each["id"] for each in mine} == {copies, looking}


async def test_who_asks_may_be_seen_later_and_the_clock_runs(world: World) -> None:
    request = await asks(world, await has_patient(world), identity=None, received_on="2026-11-20")
    seen = await reads(world, request)
    assert (seen["status"], seen["due_on"]) == ("identity_needed", "2026-12-05")
    path = f"/v1/record-requests/{request}/identify"
    ok(await world.coordinator.post(path, {"identity": "known_to_staff"}, version=1))
    assert (await reads(world, request))["status"] == "in_work"
    assert refusal(await world.coordinator.post(path, {"identity": "photo_id"}, version=1)) == (412, "stale_version")


async def test_a_patient_asks_for_their_own_under_their_login(world: World) -> None:
    ana = await has_patient(world)
    me = world.patient(ana)
    path = f"/v1/patients/{ana}/record-requests"
    body = wish(identity=None, received_on="2026-11-01")
    request = ok(await me.post(path, body), 201)["id"]
    seen = ok(await me.get(f"/v1/record-requests/{request}"))
    assert (seen["received_on"], seen["identity"]["proof"], seen["status"]) == ("2026-11-23", "login", "in_work")
    other = wish(requester={"by": "representative", "name": "Rosa", "authority": "a paper"})
    assert refusal(await me.post(path, other)) == (403, "not_for_others")
    assert refusal(await world.patient(await has_patient(world, email="b@example.org")).post(path, body))[0] in (
        403,
        404,
    )
    ok(await me.post(f"/v1/record-requests/{request}/withdraw", version=1))
    assert ok(await me.get(f"/v1/record-requests/{request}"))["status"] == "withdrawn"
    assert ok(await world.coordinator.get("/v1/record-requests"))["items"] == []


async def test_it_is_refused_in_writing_with_the_way_to_another_professional(world: World) -> None:
    request = await asks(world, await has_patient(world))
    path = f"/v1/record-requests/{request}/parts/ordinary/refuse"
    body = {"grounds": "mental_health_risk", "reason": "Reading it now would harm."}
    assert refusal(await world.coordinator.post(path, body, version=1)) == (422, "review_route_missing")
    ok(await world.coordinator.post(path, {**body, "review": "Any licensed professional they name."}, version=1))
    seen = await reads(world, request)
    assert (seen["status"], seen["parts"][0]["outcome"], seen["parts"][0]["grounds"]) == (
        "settled",
        "refused",
        "mental_health_risk",
    )


async def test_a_part_is_given_once_every_share_is_there(world: World) -> None:
    request = await asks(world, await has_patient(world))
    path = f"/v1/record-requests/{request}/parts/ordinary"
    assert refusal(await world.coordinator.post(f"{path}/give", version=1)) == (409, "exports_missing")
    for version, service in enumerate(("booking", "screening", "sessions"), 1):
        share = {"service": service, "reference": f"printed from {service}"}
        ok(await world.calling(Role.PRESCRIBER).post(f"{path}/shares", share, version=version))
    (part,) = (await reads(world, request))["parts"]
    assert [(each["service"], each["reference"]) for each in part["exports"]][-1] == (
        "sessions",
        "printed from sessions",
    )
    assert part["waits_for"] == []
    ok(await world.coordinator.post(f"{path}/give", version=4))
    assert (await reads(world, request))["status"] == "settled"
    assert refusal(await world.coordinator.post(f"{path}/give", version=5)) == (409, "request_ended")


async def test_screenings_share_is_there_once_it_says_so_and_only_for_this_request(world: World) -> None:
    ana = await has_patient(world)
    request = await asks(world, ana)
    await world.hear(disclosed(await has_patient(world, email="eve@example.org", phone="4155550188"), request))
    await world.hear(disclosed(ana, new_id()))
    assert (await reads(world, request))["parts"][0]["exports"] == []
    await world.hear(disclosed(ana, request))
    await world.hear_again()
    (part,) = (await reads(world, request))["parts"]
    assert [(each["service"], each["by"]) for each in part["exports"]] == [("screening", "dr-vu")]
    assert part["waits_for"] == ["booking", "sessions"]


async def test_more_time_is_taken_where_california_has_no_clock(world: World) -> None:
    ana = await has_patient(world)
    lawyer = {"by": "named_by_patient", "name": "Lou Counsel", "authority": "signed direction of 20 November"}
    request = await asks(world, ana, requester=lawyer)
    body = {"reason": "The archive is away.", "told_on": "2026-11-23"}
    ok(await world.coordinator.post(f"/v1/record-requests/{request}/extend", body, version=1))
    assert (await reads(world, request))["due_on"] == "2027-01-22"
    own = await asks(world, ana)
    refused = await world.coordinator.post(f"/v1/record-requests/{own}/extend", body, version=1)
    assert refusal(refused) == (409, "state_clock_stands")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"received_on": "2026-11-24"}, (422, "received_in_future")),
        ({"parts": []}, (422, "invalid_request")),
        ({"parts": [{"part": "psychotherapy_notes"}]}, (422, "authorisation_missing")),
        ({"requester": {"by": "representative"}}, (422, "requester_unnamed")),
        ({"identity": "login"}, (422, "invalid_request")),
    ],
)
async def test_what_is_wrong_changes_nothing(world: World, changes: dict[str, Any], refused: tuple[int, str]) -> None:
    ana = await has_patient(world)
    path = f"/v1/patients/{ana}/record-requests"
    assert refusal(await world.coordinator.post(path, wish(**changes))) == refused
    assert ok(await world.coordinator.get(path))["items"] == []


async def test_how_long_one_is_late_is_measured_until_it_has_ended(world: World) -> None:
    """California's 15 days for copies: of December 8 in the clinic's zone, no part is late."""
    ana = await has_patient(world)
    request = await asks(world, ana)
    world.clock.now = datetime(2026, 12, 9, 7, 59, tzinfo=UTC)
    assert await late_for(world) == timedelta(0)
    world.clock.now = datetime(2026, 12, 9, 10, tzinfo=UTC)
    assert await late_for(world) == timedelta(hours=2)
    ok(await world.coordinator.post(f"/v1/record-requests/{request}/withdraw", version=1))
    assert await late_for(world) == timedelta(0)


async def late_for(world: World) -> timedelta:
    await read_all(MEASURES, world.ports)
    seconds = REGISTRY.get_sample_value("careflow_record_request_late_seconds")
    assert seconds is not None
    return timedelta(seconds=seconds)


async def test_that_it_is_due_and_late_is_told_once_and_it_stays_listed(world: World) -> None:
    request = await asks(world, await has_patient(world))
    for days, due, late in ((13, 1, 0), (3, 1, 1), (1, 1, 1)):
        world.clock.advance(timedelta(days=days))
        await world.catch_up()
        await world.catch_up()
        said = world.logs.getvalue()
        assert (said.count("record_request_due"), said.count("record_request_late")) == (due, late)
    (listed,) = ok(await world.coordinator.get("/v1/record-requests"))["items"]
    assert (listed["id"], listed["late"]) == (request, True)


async def test_nobody_is_erased_while_they_wait_for_their_record(world: World) -> None:
    ana = await has_patient(world)
    request = await asks(world, ana)
    path, grounds = f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"}
    assert refusal(await world.coordinator.post(path, grounds)) == (409, "record_request_open")
    ok(await world.coordinator.post(f"/v1/record-requests/{request}/withdraw", version=1))
    ok(await world.coordinator.post(path, grounds), 201)


async def test_every_read_is_on_record_and_only_by_who_may(world: World) -> None:
    ana = await has_patient(world)
    request = await asks(world, ana, requester={"by": "representative", "name": "Rosa", "authority": "paper of May"})
    await reads(world, request)
    read = await world.store.database["_audit"].find_one({"action": "read_record_request"})
    assert read is not None
    assert read["touched"] == [f"record_requests/{request}"]
    for role in (Role.NURSE, Role.THERAPIST, Role.BILLER, Role.WELLNESS):
        assert refusal(await world.calling(role).get(f"/v1/record-requests/{request}")) == (403, "forbidden")
    stored = await world.store.database["record_requests"].find_one({"_id": request})
    assert not any(canary in str(stored) for canary in CANARIES)
