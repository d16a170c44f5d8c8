"""What booking has said can be fed again to one consumer, or into the topic when that was lost."""

from datetime import timedelta
from typing import Any

from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoLeases, MongoRefeeds, MongoUnpublished
from careflow_events.topics import BOOKING
from careflow_service.identity import Role
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.world import World


async def said(world: World) -> str:
    """A patient registered, and everything about them published."""
    patient_id = await has_patient(world)
    database = world.store.database
    unpublished, grant = MongoUnpublished(database), await HeldLease(MongoLeases(database), "relay", "w").hold()
    assert grant is not None
    await unpublished.mark(await unpublished.fetch(100, ()), grant, world.clock())
    return patient_id


async def asks(world: World, **body: Any) -> Any:
    return await world.calling(Role.OPERATOR).post("/ops/outbox/refeed", body)


async def test_a_dry_run_counts_and_feeds_nothing(world: World) -> None:
    patient_id = await said(world)
    stream = BOOKING.stream(f"patient:{patient_id}")

    found = ok(await asks(world, consumer="billing", stream=stream, first=1, last=1))

    assert (found["id"], found["to"], found["events"]) == (None, "careflow.refeed.billing.v1", 1)
    assert await MongoRefeeds(world.store.database).waiting() == []


async def test_a_stream_or_a_topic_is_fed_by_the_worker(world: World) -> None:
    patient_id = await said(world)
    one = ok(await asks(world, consumer="sessions", stream=BOOKING.stream(f"patient:{patient_id}"), dry_run=False))
    all_of_it = ok(await asks(world, topic=BOOKING.name, dry_run=False))

    assert all_of_it["to"] == BOOKING.name
    assert [each.id for each in await MongoRefeeds(world.store.database).waiting()] == [one["id"], all_of_it["id"]]


async def test_a_second_click_is_the_same_feeding(world: World) -> None:
    await said(world)
    operator = world.calling(Role.OPERATOR)
    body = {"topic": BOOKING.name, "dry_run": False}

    first, again = [await operator.post("/ops/outbox/refeed", body, key="k") for _ in range(2)]
    other = await operator.post("/ops/outbox/refeed", {**body, "consumer": "billing"}, key="k")

    assert ok(again) == ok(first)
    assert [each.id for each in await MongoRefeeds(world.store.database).waiting()] == [ok(first)["id"]]
    assert refusal(other) == (422, "idempotency_key_reused")
    audited = await world.store.database["_audit"].count_documents({"action": "refeed"})
    assert audited == 1


async def test_what_was_never_said_cannot_be_fed(world: World) -> None:
    await said(world)

    later = (world.clock() + timedelta(days=1)).isoformat()
    assert refusal(await asks(world, topic=BOOKING.name, since=later)) == (409, "nothing_to_feed")
