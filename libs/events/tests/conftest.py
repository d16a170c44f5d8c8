"""The store ports of one service, in memory and on a real store: what asks for `backend` runs on both."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events import contracts
from careflow_events.mongo import INDEXES
from careflow_events.testing.backend import Backend, memory_backend, mongo_backend
from careflow_events.testing.builders import Keys
from careflow_events.topics import Classification, Topic
from libs.events.tests.commands import Commands
from libs.events.tests.saying import Service


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Sealing keys of every consumer."""
    return Keys("booking", "screening", "sessions", "billing")


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.store)])
async def backend(request: pytest.FixtureRequest, keys: Keys) -> AsyncIterator[Backend]:
    """The ports of one fresh service."""
    if request.param == "memory":
        yield memory_backend(keys.sealer())
        return
    store_url, database = request.getfixturevalue("store_url"), request.getfixturevalue("database")
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        yield await mongo_backend(client, database, keys.sealer())


@pytest.fixture
def topic(make_topic: Any, monkeypatch: pytest.MonkeyPatch) -> Topic:
    """The events of this test go to a topic of their own."""
    own = Topic(make_topic(), "screening", Classification.OPERATIONAL)
    monkeypatch.setattr(contracts.ClearanceExtended, "topic", own)
    monkeypatch.setattr(contracts.ClearanceRevoked, "topic", own)
    return own


@pytest.fixture
def commands() -> Commands:
    """What the store is asked through `client`."""
    return Commands()


@pytest.fixture
async def client(store_url: str, commands: Commands) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """The store that the workers of a test share."""
    async with AsyncMongoClient[dict[str, Any]](store_url, event_listeners=[commands]) as client:
        yield client


@pytest.fixture
async def store(client: AsyncMongoClient[dict[str, Any]], database: str) -> AsyncDatabase[dict[str, Any]]:
    """A fresh store of one service, with its indexes."""
    for name, index in INDEXES:
        await client[database][name].create_indexes([index])
    return client[database]


@pytest.fixture
def service(store: AsyncDatabase[dict[str, Any]]) -> Service:
    """A service that has said nothing yet."""
    return Service(store)
