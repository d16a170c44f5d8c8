"""The store ports of one service, in memory and on a real store: what asks for `backend` runs on both."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from careflow_events import contracts
from careflow_events.testing.backend import Backend, memory_backend, mongo_backend
from careflow_events.testing.builders import Keys
from careflow_events.topics import Classification, Topic


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
async def client(store_url: str) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """The store that the workers of a test share."""
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        yield client
