"""What the adapters ask of the store: how many commands, and never without an index."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandStartedEvent

from careflow_events.contracts import ClearanceExtended
from careflow_events.envelope import TYPE_HEADER
from careflow_events.fencing import CountedBy
from careflow_events.handling import Handling, Settled
from careflow_events.lease import LEASE_TTL, RELAY_LEASE, Renewal
from careflow_events.mongo import (
    INDEXES,
    MongoFences,
    MongoLeases,
    MongoOutbox,
    MongoRefeeds,
    MongoTraces,
    MongoTransactions,
    MongoUnpublished,
    mongo_stores,
)
from careflow_events.mongo.indexes import POSITION, SUBJECT_POSITION
from careflow_events.outbox import OutboxRow, StreamPosition
from careflow_events.positions import Position
from careflow_events.refeeding import Refeed, Selection
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, hears
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event, an_id, publication
from careflow_events.topics import SCREENING
from careflow_events.tracing import Followed, Hears
from libs.events.tests.commands import Commands

pytestmark = pytest.mark.store

STREAM = f"careflow.screening.v1/patient:{an_id(1)}"


@pytest.fixture
def handling(store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]]) -> Handling[None]:
    async def note(event: Received[ClearanceExtended], tx: Any, ports: None) -> None:
        tx.insert("state", {"_id": event.id, "seen": event.sequence})

    return Handling(
        consumer="booking",
        subscriptions=[hears(ClearanceExtended, note)],
        ports=None,
        transactions=MongoTransactions(store),
        stores=mongo_stores(store, "booking"),
        keyring=None,
        clock=lambda: NOON,
        wall_clock=lambda: NOON,
    )


async def test_an_event_with_one_write_costs_two_commands(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_record(an_event(1)))
    commands.sent.clear()

    assert await handling.settle(a_record(an_event(2))) is Settled.HANDLED

    assert commands.names() == ["bulkWrite _owners _positions state", "commitTransaction"]


async def test_an_event_nobody_hears_costs_one_command(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_record(an_event(1)))
    commands.sent.clear()

    newer = replace(an_event(2), type="careflow.screening.Newer.v1")
    assert await handling.settle(a_record(newer)) is Settled.UNKNOWN_TYPE

    assert commands.names() == ["bulkWrite _positions"]


async def test_a_group_costs_as_many_commands_as_one_event(handling: Handling[None], commands: Commands) -> None:
    await handling.settle_together([a_record(an_event(1, patient=patient)) for patient in range(1, 40)])

    assert commands.names()[-2:] == ["bulkWrite _owners _positions state", "commitTransaction"]
    assert len([name for name in commands.names() if "createIndexes" not in name]) == 2


async def test_an_event_that_changes_nothing_costs_one_command(
    store: AsyncDatabase[dict[str, Any]], handling: Handling[None], commands: Commands
) -> None:
    async def nothing(_: Received[ClearanceExtended], __: Any, ___: None) -> None: ...

    unmoved = Handling(
        consumer="booking",
        subscriptions=[hears(ClearanceExtended, nothing)],
        ports=None,
        transactions=MongoTransactions(store),
        stores=handling.stores,
        keyring=None,
        clock=lambda: NOON,
        wall_clock=lambda: NOON,
    )
    await handling.settle(a_record(an_event(1)))
    commands.sent.clear()

    assert await unmoved.settle(a_record(an_event(2))) is Settled.HANDLED

    assert commands.names() == ["bulkWrite _positions"]


async def test_a_checkpoint_costs_one_command(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_checkpoint(NOON))

    assert commands.names()[-1:] == ["update _consumers"]
    assert len([name for name in commands.names() if "createIndexes" not in name]) == 1


async def test_saying_three_things_of_two_patients_costs_a_mark_each_and_a_commit(
    store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]], commands: Commands
) -> None:
    outbox = MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(9))).__next__)
    three = [publication(patient=1), publication(patient=2), publication(patient=1)]

    async def say(_: Any) -> None:
        await outbox.append(three, now=NOON, causation=None, correlation=None, traceparent=None)

    commands.sent.clear()
    await MongoTransactions(store).run(say, action="test", event=None)

    assert commands.names() == ["find _owners", "find _owners", "bulkWrite _owners _outbox", "commitTransaction"]


async def test_a_relay_batch_costs_four_commands_however_large(
    store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]], commands: Commands
) -> None:
    outbox = MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(900))).__next__)
    many = [publication(patient=patient % 9) for patient in range(500)]

    async def say(_: Any) -> None:
        await outbox.append(many, now=NOON, causation=None, correlation=None, traceparent=None)

    await MongoTransactions(store).run(say, action="test", event=None)
    grant = await MongoLeases(store).take("relay", "a", LEASE_TTL)
    assert grant is not None
    unpublished = MongoUnpublished(store)
    commands.sent.clear()

    await unpublished.mark(await unpublished.fetch(1_000, ()), grant, NOON)

    names = [name for name in commands.names() if not name.startswith("getMore")]
    assert names == ["find _outbox", "find _leases", "bulkWrite _leases _outbox", "commitTransaction"]
    commands.sent.clear()

    await unpublished.mark([], grant, NOON)

    assert "find _leases" not in commands.names(), "what was published under a lease is read once"


async def test_a_lease_is_kept_by_one_command_and_waited_for_by_one(
    store: AsyncDatabase[dict[str, Any]], commands: Commands
) -> None:
    leases = MongoLeases(store)
    grant = await leases.take("timers", "a", LEASE_TTL)
    assert grant is not None
    commands.sent.clear()

    assert await leases.renew(grant, LEASE_TTL) is Renewal.RENEWED
    assert await leases.take("timers", "b", LEASE_TTL) is None
    await leases.release(grant)

    assert commands.names() == ["findAndModify _leases", "find _leases", "findAndModify _leases"]


async def test_no_query_scans_a_collection(
    handling: Handling[None], store: AsyncDatabase[dict[str, Any]], commands: Commands
) -> None:
    await _every_query(handling, store)

    sent = [event for event in commands.sent if event.command_name in {"find", "update", "aggregate", "bulkWrite"}]
    asked = {question["find"] for event in sent for question in _questions(event)}
    assert asked == {"_outbox", "_owners", "_positions", "_parked", "_consumers", "_pauses"}
    for event in sent:
        for question in _questions(event):
            assert await _index_of(store, question), question


GROWING = {(name, index.document["name"]) for name, index in INDEXES if "partialFilterExpression" not in index.document}
GROWING |= {("_outbox", POSITION), ("_outbox", SUBJECT_POSITION)}


async def test_no_query_names_an_index_that_grows(
    handling: Handling[None], store: AsyncDatabase[dict[str, Any]], commands: Commands
) -> None:
    """A store may read a named index whole."""
    await _every_query(handling, store)

    sent = [event for event in commands.sent if event.command_name in {"find", "aggregate"}]
    named = {(each["find"], each["hint"]) for event in sent for each in _questions(event) if "hint" in each}
    assert named
    assert not named & GROWING


async def test_a_refeed_and_a_trace_cost_the_same_however_much_was_said(
    store: AsyncDatabase[dict[str, Any]], commands: Commands
) -> None:
    """In commands, and in the keys of an index that lie in the ranges they ask for."""
    little = await _keys_examined(store, commands, said=500)
    much = await _keys_examined(store, commands, said=2_500)

    assert much == little
    assert max(much.values()) <= 10


async def _keys_examined(store: AsyncDatabase[dict[str, Any]], commands: Commands, *, said: int) -> dict[str, int]:
    """Of each question about the outbox, when so much was said; ten events of each patient and each run."""
    outbox = store["_outbox"]
    await outbox.delete_many({})
    await outbox.insert_many([_published(number) for number in range(1, said + 1)])
    await store["_leases"].update_one({"_id": RELAY_LEASE}, {"$set": {"published": said}}, upsert=True)
    traces = MongoTraces(store, "booking", Hears(frozenset(), frozenset()))
    of_stream = Selection(topic=SCREENING.name, stream=SCREENING.stream("patient:1"))
    of_topic = Selection(topic=SCREENING.name, since=NOON)
    refeed = Refeed(id="a", to="b", selection=of_stream, events=1, requested_at=NOON)
    examined = {}
    for name, asking, index in (
        ("run", traces.said_in_run("1", limit=20), {"correlation", "_id"}),
        ("streams", traces.said_in([SCREENING.stream("patient:1")], limit=20), {"stream", "sequence"}),
        ("refeed of a stream", MongoRefeeds(store).rows(refeed, 20), {"stream", "sequence"}),
        ("refeed of a topic", MongoRefeeds(store).rows(replace(refeed, selection=of_topic), 10), {"position"}),
        ("what a restore forgot", MongoFences(store).forgotten([a_row_nobody_wrote()]), {"stream", "sequence"}),
    ):
        commands.sent.clear()
        await asking
        asked = [event for event in commands.sent if event.command.get("find") == "_outbox"]
        (question,) = (each for event in asked for each in _questions(event) if {*each["filter"]} != {"_id"})
        assert "hint" not in question, name
        narrowed = {part: each for part, each in question["filter"].items() if part in index}
        find = {"find": "_outbox", "filter": narrowed}
        explained = await store.command("explain", find, verbosity="executionStats")
        examined[name] = explained["executionStats"]["totalKeysExamined"]
        assert "'IXSCAN'" in str(explained["queryPlanner"]["winningPlan"]), name
    return examined


def _published(number: int) -> dict[str, Any]:
    return {
        "_id": an_id(number),
        "stream": SCREENING.stream(f"patient:{number // 10}"),
        "sequence": number % 10 + 1,
        "position": number,
        "topic": SCREENING.name,
        "key": f"patient:{number // 10}".encode(),
        "record": b"",
        "headers": [[TYPE_HEADER, ClearanceExtended.type().encode()]],
        "rank": 1,
        "recorded_at": NOON,
        "published_at": NOON,
        "correlation": str(number // 10),
        "causation": None,
    }


async def _every_query(handling: Handling[None], store: AsyncDatabase[dict[str, Any]]) -> None:
    """Everything but leases, which are one document per name and always found by it."""
    stores, unpublished = handling.stores, MongoUnpublished(store)
    await unpublished.fetch(10, ())
    await unpublished.fetch(10, {STREAM})
    await unpublished.backlog()
    transactions = MongoTransactions(store)

    async def write(_: Any) -> None:
        await stores.positions.advance(STREAM, 1, "a")

    async def move(_: Any) -> None:
        await stores.positions.replace(await stores.positions.find(STREAM), Position(STREAM, 2))
        await MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(9))).__next__).append(
            [publication()], now=NOON, causation=None, correlation=None, traceparent=None
        )

    for each in (write, move):
        await transactions.run(each, action="test", event=None)
    await stores.positions.reached(StreamPosition(STREAM, 1))
    await stores.positions.blocked("patient:1")
    await stores.positions.blocked_streams()
    await stores.parked.find("x")
    await stores.parked.head(STREAM)
    await stores.parked.open_at(STREAM, 1)
    await stores.parked.open_records(stream=None, cause=None, limit=10, after="a")
    await stores.parked.open_records(stream=STREAM, cause="gap", limit=10, after=None)
    await stores.parked.requested()
    await stores.parked.open_count()
    await stores.parked.groups()
    await stores.consumers.feed("careflow.screening.v1")
    await stores.consumers.note_started("careflow.screening.v1", "id", 0, 0)
    await stores.consumers.note_settled("careflow.screening.v1", {0: 0}, {0: 7})
    await stores.consumers.stopped()
    await stores.consumers.pause("olga", ["*"], NOON)
    await stores.consumers.pauses()
    await MongoFences(store).forgotten([a_row_nobody_wrote()])
    await MongoFences(store).orphans(limit=10, after="a")
    for by in CountedBy:
        await MongoFences(store).orphan_counts(by, limit=10, after="a")
    traces = MongoTraces(store, "booking", Hears(frozenset({"careflow.screening.v1"}), frozenset()))
    await traces.said("a")
    await traces.said_in_run("a", limit=10, after="b")
    await traces.said_in([STREAM], limit=10, after=StreamPosition(STREAM, 3))
    await traces.told([Followed("a", "T", STREAM, 1)])
    await traces.parked("a")
    await traces.waiting_in("patient:1", 10)


def a_row_nobody_wrote() -> OutboxRow:
    return OutboxRow(
        id="a",
        stream=STREAM,
        sequence=1,
        topic=STREAM.partition("/")[0],
        key=b"",
        record=b"",
        headers=(),
        urgent=False,
        recorded_at=NOON,
        correlation=None,
        causation=None,
    )


def _questions(event: CommandStartedEvent) -> list[Mapping[str, Any]]:
    """The finds by which the store looks for what a command is about."""
    command = event.command
    collection = command[event.command_name]
    match event.command_name:
        case "find":
            parts = {"filter", "sort", "limit", "hint"}
            return [{"find": collection, **{part: command[part] for part in parts if part in command}}]
        case "update":
            return [{"find": collection, "filter": each["q"]} for each in command["updates"]]
        case "aggregate":
            match = command["pipeline"][0]["$match"]  # what follows is asked of what was found
            return [{"find": collection, "filter": match, **({"hint": command["hint"]} if "hint" in command else {})}]
        case _:
            names = [each["ns"].partition(".")[2] for each in command["nsInfo"]]
            return [
                {"find": names[each["update"]], "filter": each["filter"]} for each in command["ops"] if "update" in each
            ]


async def _index_of(store: AsyncDatabase[dict[str, Any]], question: Mapping[str, Any]) -> str | None:
    """The index that answers the question; a condition on `_id` is one by itself."""
    if "_id" in question["filter"]:
        return "_id_"
    plan = (await store.command("explain", dict(question)))["queryPlanner"]["winningPlan"]
    while "inputStage" in plan:
        plan = plan["inputStage"]
    name: str | None = plan.get("indexName")
    return name
