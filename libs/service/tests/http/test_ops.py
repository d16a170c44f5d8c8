"""Operators see where a service stands and decide about what is parked; a dry run is the default."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import StopReason
from careflow_events.contracts import ScreeningStarted
from careflow_events.envelope import Envelope, encode, record_headers
from careflow_events.mongo import mongo_stores
from careflow_events.parking import Parking
from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.mongo.reactions import ReactionTransactions
from libs.service.tests.toy.world import RunningToy, World, running_toy

TOPIC = ScreeningStarted.topic.name


async def drain(toy: RunningToy) -> dict[str, Any]:
    response = await toy.client.get("/ops/drain", headers=toy.token(Role.OPERATOR))
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


async def book(toy: RunningToy, ends_at: datetime) -> str:
    response = await toy.client.post(
        "/v1/visits",
        json={"patient_id": new_id(), "note": "n", "ends_at": ends_at.isoformat()},
        headers={**toy.token(Role.NURSE), "Idempotency-Key": new_id()},
    )
    return str(response.json()["id"])


async def park(toy: RunningToy, patient_id: str, *, sequence: int = 1) -> str:
    """An event of this patient that could not be handled."""
    event = Envelope(
        id=new_id(),
        source="/careflow/screening",
        type=ScreeningStarted.type(),
        subject=f"patient:{patient_id}",
        stream=f"{TOPIC}/patient:{patient_id}",
        sequence=sequence,
        time=wall_clock(),
        dataschema=ScreeningStarted.schema_id(),
        dataclassification="operational",
        data={"patient_id": patient_id, "case_id": new_id(), "started_at": "2026-01-01T00:00:00.000Z"},
    )
    record = ConsumedRecord(
        topic=TOPIC, partition=0, offset=7, key=event.key(), value=encode(event), headers=record_headers(event)
    )
    resources = toy.process.resources
    stores = mongo_stores(resources.database, "toy")
    parking = Parking(stores.positions, stores.parked, resources.wall_clock)

    async def park(_: Any) -> bool:
        return await parking.park(record, event, cause="ValueError", attempts=3)

    transactions = ReactionTransactions(resources.work, by=Actor.system("delivery"))
    assert await transactions.run(park, action="park_event", event=None)
    return f"{event.stream}@{sequence}#{event.id}"


async def settle(toy: RunningToy, what: str, parked: str, **body: Any) -> httpx.Response:
    headers = toy.token(Role.OPERATOR, subject="olga")
    return await toy.client.post(f"/ops/parked/{what}", json={"id": parked, **body}, headers=headers)


async def test_a_service_at_rest(toy: RunningToy) -> None:
    found = await drain(toy)
    time = datetime.fromisoformat(found.pop("domain_time"))
    assert found == {"outbox_unpublished": 0, "parked": 0, "next_deadline": None, "effects_pending": 0}
    assert abs(time - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_service_with_work_to_do(toy: RunningToy) -> None:
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    visit = await book(toy, future)
    await book(toy, past)
    close = {**toy.token(Role.NURSE), "Idempotency-Key": "k", "If-Match": '"1"'}
    await toy.client.post(f"/v1/visits/{visit}/close", headers=close)
    await park(toy, new_id())
    found = await drain(toy)
    assert (found["outbox_unpublished"], found["parked"], found["effects_pending"]) == (1, 1, 1)
    assert datetime.fromisoformat(found["next_deadline"]) == past


async def test_the_domain_time_travels_with_the_clock(world: World) -> None:
    (world.folder / "clock.json").write_text('{"offset_seconds": 3628800}')
    async with running_toy(world) as toy:
        time = datetime.fromisoformat((await drain(toy))["domain_time"])
    assert abs(time - datetime.now(UTC) - timedelta(weeks=6)) < timedelta(minutes=1)


async def test_parked_events_are_shown_without_what_is_in_them(toy: RunningToy) -> None:
    patient = new_id()
    parked = await park(toy, patient)
    response = await toy.client.get("/ops/parked", headers=toy.token(Role.OPERATOR))
    (event,) = response.json()["items"]
    assert (event["id"], event["cause"], event["attempts"], event["state"]) == (parked, "ValueError", 3, "parked")
    assert "case_id" not in response.text


async def test_parked_events_come_in_pages(toy: RunningToy) -> None:
    parked = sorted([await park(toy, new_id()) for _ in range(3)])
    headers = toy.token(Role.OPERATOR)
    first = (await toy.client.get("/ops/parked?limit=2", headers=headers)).json()
    params = {"limit": 2, "after": first["next"]}
    second = (await toy.client.get("/ops/parked", params=params, headers=headers)).json()
    assert [event["id"] for event in first["items"] + second["items"]] == parked
    assert second["next"] is None


async def test_a_decision_is_a_dry_run_unless_said_otherwise(toy: RunningToy) -> None:
    parked = await park(toy, new_id())
    for what, state in (("replay", "replay_requested"), ("discard", "discarded")):
        response = await settle(toy, what, parked)
        assert (response.status_code, response.json()["dry_run"]) == (200, True)
        assert response.json()["event"]["state"] == state
        listed = await toy.client.get("/ops/parked", headers=toy.token(Role.OPERATOR))
        assert [event["state"] for event in listed.json()["items"]] == ["parked"]


async def test_a_dry_run_refuses_what_the_act_would_refuse(toy: RunningToy) -> None:
    patient = new_id()
    await park(toy, patient)
    second = await park(toy, patient, sequence=2)

    response = await settle(toy, "discard", second)

    assert (response.status_code, response.json()["code"]) == (409, "not_first_in_stream")


async def test_a_replay_is_requested_of_the_worker(toy: RunningToy) -> None:
    parked = await park(toy, new_id())
    response = await settle(toy, "replay", parked, dry_run=False)
    assert response.json()["event"]["state"] == "replay_requested"


async def test_a_discarded_event_is_gone_and_its_stream_goes_on(toy: RunningToy) -> None:
    patient = new_id()
    parked = await park(toy, patient)
    response = await settle(toy, "discard", parked, dry_run=False)
    assert response.json()["event"]["state"] == "discarded"
    assert (await drain(toy))["parked"] == 0
    again = await settle(toy, "discard", parked, dry_run=False)
    assert (again.status_code, again.json()["code"]) == (404, "not_parked")


async def test_what_is_not_parked_cannot_be_decided_about(toy: RunningToy) -> None:
    response = await settle(toy, "replay", "nothing")
    assert (response.status_code, response.json()["code"]) == (404, "not_parked")


async def test_an_operators_act_is_audited_in_their_name(toy: RunningToy) -> None:
    await settle(toy, "discard", await park(toy, new_id()), dry_run=False)
    entry = await toy.process.resources.database["_audit"].find_one({"action": "discard_parked"})
    assert entry is not None
    assert entry["actor"] == "olga"


async def test_a_gap_is_accepted_and_the_stream_replayed_from_there(toy: RunningToy) -> None:
    patient = new_id()
    parked = await park(toy, patient, sequence=4)
    missing = {"stream": f"{TOPIC}/patient:{patient}", "first": 1, "last": 3}
    tried = await settle(toy, "accept-gap", parked)
    assert (tried.status_code, tried.json()["given_up"]) == (200, missing)
    response = await settle(toy, "accept-gap", parked, dry_run=False)
    assert (response.json()["given_up"], response.json()["event"]["state"]) == (missing, "replay_requested")


async def test_no_gap_is_accepted_where_nothing_is_missing(toy: RunningToy) -> None:
    response = await settle(toy, "accept-gap", await park(toy, new_id()))
    assert (response.status_code, response.json()["code"]) == (409, "nothing_missing")


async def consuming(toy: RunningToy) -> dict[str, Any]:
    found: dict[str, Any] = (await toy.client.get("/ops/consumer", headers=toy.token(Role.OPERATOR))).json()
    return found


async def act(toy: RunningToy, what: str, *, by: str = "olga", **body: Any) -> httpx.Response:
    headers = toy.token(Role.OPERATOR, subject=by)
    return await toy.client.post(f"/ops/consumer/{what}", json=body, headers=headers)


async def resume(toy: RunningToy, **body: Any) -> httpx.Response:
    return await act(toy, "resume", **body)


async def pause(toy: RunningToy, **body: Any) -> httpx.Response:
    return await act(toy, "pause", **body)


async def acts(toy: RunningToy, action: str) -> list[str]:
    """Who did it, by the audit trail."""
    entries = toy.process.resources.database["_audit"].find({"action": action}).sort([("_id", 1)])
    return [entry["actor"] for entry in await entries.to_list()]


async def test_a_stopped_consumer_goes_on_when_an_operator_names_the_cause(toy: RunningToy) -> None:
    consumers = mongo_stores(toy.process.resources.database, "toy").consumers
    assert (await consuming(toy))["stopped"] is None
    await consumers.stop(StopReason.PARKED_TOO_MANY, wall_clock())

    other = await resume(toy, stopped="offsets_lost", dry_run=False)
    assert (other.status_code, other.json()["code"]) == (409, "not_stopped_so")
    tried = await resume(toy, stopped="parked_too_many")
    assert tried.json()["stopped"] == "parked_too_many"
    done = await resume(toy, stopped="parked_too_many", dry_run=False)
    assert done.json()["stopped"] is None
    assert await consumers.stopped() is None


async def test_how_far_a_topic_was_heard_is_told_beside_the_time(toy: RunningToy) -> None:
    consumers = mongo_stores(toy.process.resources.database, "toy").consumers
    assert (await consuming(toy))["heard"] == [{"topic": TOPIC, "until": None}]

    said_at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    await consumers.note_started(TOPIC, "topic-id", 0, 0)
    await consumers.note_checkpoint(TOPIC, 0, said_at, now=wall_clock())

    found = await consuming(toy)
    assert found["heard"] == [{"topic": TOPIC, "until": "2026-11-28T09:00:00Z"}]
    assert abs(datetime.fromisoformat(found["domain_time"]) - wall_clock()) < timedelta(minutes=1)


async def test_pausing_is_a_dry_run_that_shows_what_would_be(toy: RunningToy) -> None:
    shown = (await pause(toy)).json()["pauses"]

    assert [(each["by"], each["topics"]) for each in shown] == [("olga", ["*"])]
    assert (await consuming(toy))["pauses"] == []
    assert await acts(toy, "pause_consumer") == []


async def test_a_second_click_pauses_nothing_more_and_keeps_the_time_of_the_first(toy: RunningToy) -> None:
    first = (await pause(toy, topics=[TOPIC], dry_run=False)).json()["pauses"]
    again = (await pause(toy, topics=[TOPIC], dry_run=False)).json()["pauses"]

    assert [each["topics"] for each in first] == [[TOPIC]]
    assert [each["since"][:23] for each in again] == [each["since"][:23] for each in first]
    assert await acts(toy, "pause_consumer") == ["olga"]


async def test_of_two_operators_each_lifts_what_they_name_and_the_other_pause_stays(toy: RunningToy) -> None:
    await asyncio.gather(pause(toy, by="olga", dry_run=False), pause(toy, by="peter", dry_run=False))
    assert [each["by"] for each in (await consuming(toy))["pauses"]] == ["olga", "peter"]

    both = await asyncio.gather(*(resume(toy, by=by, paused_by="olga", dry_run=False) for by in ("olga", "peter")))

    assert [each["by"] for each in (await consuming(toy))["pauses"]] == ["peter"]
    assert 200 in {each.status_code for each in both}
    refused = await resume(toy, by="peter", paused_by="olga")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_paused_so")
    assert sorted(await acts(toy, "pause_consumer")) == ["olga", "peter"]


async def test_a_topic_that_was_never_read_begins_where_the_last_operator_said(toy: RunningToy) -> None:
    instant = "2026-11-01T00:00:00Z"
    tried = await act(toy, "start-at", topic=TOPIC, place="latest")
    assert ([each["place"] for each in tried.json()["starts"]], (await consuming(toy))["starts"]) == (["latest"], [])

    await act(toy, "start-at", topic=TOPIC, place="latest", dry_run=False)
    await act(toy, "start-at", by="peter", topic=TOPIC, place="instant", instant=instant, dry_run=False)

    (start,) = (await consuming(toy))["starts"]
    assert (start["place"], start["instant"], start["by"], start["begun"]) == ("instant", instant, "peter", False)
    assert await acts(toy, "start_consumer_at") == ["olga", "peter"]


async def test_a_topic_that_was_begun_is_not_begun_elsewhere(toy: RunningToy) -> None:
    consumers = mongo_stores(toy.process.resources.database, "toy").consumers
    await consumers.note_started(TOPIC, "id", 0, 7)

    for dry_run in (True, False):
        refused = await act(toy, "start-at", topic=TOPIC, place="latest", dry_run=dry_run)
        assert (refused.status_code, refused.json()["code"]) == (409, "begun")
    assert (await consumers.feed(TOPIC)).offsets == {0: 7}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("pause", {"topics": ["careflow.billing.v1"]}, 404, "not_heard_here"),
        ("pause", {"topics": []}, 422, "invalid_request"),
        ("start-at", {"topic": "careflow.billing.v1", "place": "latest"}, 404, "not_heard_here"),
        ("start-at", {"topic": TOPIC, "place": "instant"}, 422, "invalid_request"),
        ("start-at", {"topic": TOPIC, "place": "latest", "instant": "2026-01-01T00:00:00Z"}, 422, "invalid_request"),
        ("resume", {}, 422, "invalid_request"),
        ("resume", {"stopped": "offsets_lost", "paused_by": "olga"}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_paused_or_resumed(
    toy: RunningToy, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    response = await act(toy, path, **body)

    assert (response.status_code, response.json()["code"]) == (status, code)
