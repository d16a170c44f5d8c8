"""Opens the one client of a process.

Invariant: concerns are pinned on each transaction, never in the URL: an operation inside a transaction would send the
URL's concern along and the server refuses that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.monitoring import CommandListener
from pymongo.uri_parser import parse_uri

from careflow_service.mongo.driver_waits import wait_within_the_task

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]

_CONCERNS = frozenset({"w", "wtimeoutms", "journal", "j", "readconcernlevel"})


class StoreUrlWrong(Exception):
    """The store's URL cannot be used; the message never shows the URL."""


def open_client(url: str, *, name: str, listeners: Sequence[CommandListener] = ()) -> Client:
    """A client for process `name`; it connects with its first operation. Raises StoreUrlWrong."""
    try:
        parsed = parse_uri(url, validate=True)
    except (InvalidURI, ConfigurationError, ValueError):
        raise StoreUrlWrong("CAREFLOW_MONGO_URL is not a MongoDB connection string") from None
    if concerns := sorted(option for option in parsed["options"] if option.lower() in _CONCERNS):
        raise StoreUrlWrong(f"CAREFLOW_MONGO_URL must not set {', '.join(concerns)}: transactions pin their concerns")
    wait_within_the_task()
    return AsyncMongoClient(
        url,
        appname=name,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        event_listeners=list(listeners),
    )


def open_database(client: Client, name: str) -> Database:
    """The service's database; instants come back aware, in UTC."""
    return client.get_database(name, codec_options=CodecOptions(document_class=dict, tz_aware=True, tzinfo=UTC))
