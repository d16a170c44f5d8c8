"""What the adapters ask of the store: how many commands, and never without an index."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from careflow_events.contracts import ClearanceExtended
from careflow_events.handling import Handling, Settled
from careflow_events.lease import DEFAULT_TTL
from careflow_events.mongo import INDEXES, MongoLeases, MongoOutbox, MongoTransactions, MongoUnpublished, mongo_stores
from careflow_events.outbox import StreamPosition
from careflow_events.positions import Position
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, hears
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event, an_id, publication

pytestmark = pytest.mark.store

CONNECTING = {"hello", "endSessions", "ping"}
STREAM = f"careflow.screening.v1/patient:{an_id(1)}"


class Commands(CommandListener):
    """The commands sent to the store, without those of the connection."""

    def __init__(self) -> None:
        self.sent: list[CommandStartedEvent] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in CONNECTING:
            self.sent.append(event)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...

    def names(self) -> list[str]:
        return [f"{event.command_name} {event.command[event.command_name]}" for event in self.sent]


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def client(store_url: str, commands: Commands) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](store_url, event_listeners=[commands]) as client:
        yield client


@pytest.fixture
async def store(client: AsyncMongoClient[dict[str, Any]], database: str) -> AsyncDatabase[dict[str, Any]]:
    for name, index in INDEXES:
        await client[database][name].create_indexes([index])
    return client[database]


@pytest.fixture
def handling(store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]]) -> Handling[None]:
    async def note(event: Received[ClearanceExtended], tx: Any, ports: None) -> None:
        await store["state"].update_one({"_id": event.subject}, {"$set": {"seen": event.sequence}}, upsert=True)

    return Handling(
        consumer="booking",
        subscriptions=[hears(ClearanceExtended, note)],
        ports=None,
        transactions=MongoTransactions(client),
        stores=mongo_stores(store, "booking"),
        keyring=None,
        wall_clock=lambda: NOON,
    )


async def test_an_event_with_one_write_costs_three_commands(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_record(an_event(1)))
    commands.sent.clear()

    assert await handling.settle(a_record(an_event(2))) is Settled.HANDLED

    assert commands.names() == ["update _positions", "update state", "commitTransaction 1"]


async def test_an_event_nobody_hears_costs_one_command(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_record(an_event(1)))
    commands.sent.clear()

    newer = replace(an_event(2), type="careflow.screening.Newer.v1")
    assert await handling.settle(a_record(newer)) is Settled.UNKNOWN_TYPE

    assert commands.names() == ["update _positions"]


async def test_a_checkpoint_costs_one_command(handling: Handling[None], commands: Commands) -> None:
    await handling.settle(a_checkpoint(NOON))

    assert commands.names()[-1:] == ["update _consumers"]
    assert len([name for name in commands.names() if "createIndexes" not in name]) == 1


async def test_saying_three_things_of_two_patients_costs_three_commands(
    store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]], commands: Commands
) -> None:
    outbox = MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(9))).__next__)
    three = [publication(patient=1), publication(patient=2), publication(patient=1)]

    async def say(_: Any) -> None:
        await outbox.append(three, now=NOON, causation=None, correlation=None, traceparent=None)

    commands.sent.clear()
    await MongoTransactions(client).run(say, action="test", event=None)

    assert commands.names() == [
        "findAndModify _streams",
        "findAndModify _streams",
        "insert _outbox",
        "commitTransaction 1",
    ]


async def test_a_relay_batch_costs_four_commands_however_large(
    store: AsyncDatabase[dict[str, Any]], client: AsyncMongoClient[dict[str, Any]], commands: Commands
) -> None:
    outbox = MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(900))).__next__)
    await outbox.append(
        [publication(patient=patient % 9) for patient in range(500)],
        now=NOON,
        causation=None,
        correlation=None,
        traceparent=None,
    )
    grant = await MongoLeases(store).take("relay", "a", DEFAULT_TTL)
    assert grant is not None
    unpublished = MongoUnpublished(store)
    commands.sent.clear()

    await unpublished.mark(await unpublished.fetch(1_000, ()), grant, NOON)

    names = [name for name in commands.names() if not name.startswith("getMore")]
    assert names == ["find _outbox", "findAndModify _leases", "update _outbox", "commitTransaction 1"]


async def test_no_query_scans_a_collection(
    handling: Handling[None], store: AsyncDatabase[dict[str, Any]], commands: Commands
) -> None:
    await _every_query(handling, store)

    sent = [event for event in commands.sent if event.command_name in {"find", "update", "findAndModify", "aggregate"}]
    assert {event.command[event.command_name] for event in sent} == {"_outbox", "_positions", "_parked", "_consumers"}
    for event in sent:
        for question in _questions(event):
            assert await _index_of(store, question), question


async def _every_query(handling: Handling[None], store: AsyncDatabase[dict[str, Any]]) -> None:
    """Everything but leases, which are one document per name and always found by it."""
    stores, unpublished = handling.stores, MongoUnpublished(store)
    await unpublished.fetch(10, ())
    await unpublished.fetch(10, {STREAM})
    await unpublished.backlog()
    await stores.positions.advance(STREAM, 1, "a")
    await stores.positions.replace(await stores.positions.find(STREAM), Position(STREAM, 2))
    await stores.positions.reached(StreamPosition(STREAM, 1))
    await stores.positions.blocked("patient:1")
    await stores.positions.blocked_streams()
    await stores.positions.met_before("/lab", "x")
    await stores.parked.find("x")
    await stores.parked.head(STREAM)
    await stores.parked.open_records(stream=None, cause=None, limit=10, after="a")
    await stores.parked.open_records(stream=STREAM, cause="gap", limit=10, after=None)
    await stores.parked.requested()
    await stores.parked.open_count()
    await stores.consumers.feed("careflow.screening.v1")
    await stores.consumers.note_started("careflow.screening.v1", "id", 0)
    await stores.consumers.stopped()


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
            (match,) = (stage["$match"] for stage in command["pipeline"] if "$match" in stage)
            return [{"find": collection, "filter": match, **({"hint": command["hint"]} if "hint" in command else {})}]
        case _:
            return [{"find": collection, "filter": command["query"]}]


async def _index_of(store: AsyncDatabase[dict[str, Any]], question: Mapping[str, Any]) -> str | None:
    """The index that answers the question; a condition on `_id` is one by itself."""
    if "_id" in question["filter"]:
        return "_id_"
    plan = (await store.command("explain", dict(question)))["queryPlanner"]["winningPlan"]
    while "inputStage" in plan:
        plan = plan["inputStage"]
    name: str | None = plan.get("indexName")
    return name
