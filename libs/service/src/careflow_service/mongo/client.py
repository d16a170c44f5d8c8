"""Opens the one client of a process.

Invariant: concerns are pinned on each transaction, never in the URL: an operation inside a transaction would send the
URL's concern along and the server refuses that.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

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
    """The store's URL, or what is said about TLS with it, cannot be used; the message never shows the URL."""


@dataclass(frozen=True, slots=True)
class StoreTls:
    """Files, PEM: who vouches for the store, and what shows it who connects, where it asks. Either asks for TLS."""

    authorities: Path | None = None
    certificate: Path | None = None

    def options(self) -> dict[str, Any]:
        """The driver's words for it, none without a file. Raises StoreUrlWrong for a file that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        options: dict[str, Any] = {}
        if self.authorities is not None:
            with _usable("CAREFLOW_MONGO_CA_FILE", "holds no certificates"):
                context.load_verify_locations(self.authorities)
            options |= {"tls": True, "tlsCAFile": str(self.authorities)}
        if self.certificate is not None:
            with _usable("CAREFLOW_MONGO_CERTIFICATE_FILE", "is not a certificate with its key"):
                context.load_cert_chain(self.certificate)
            options |= {"tls": True, "tlsCertificateKeyFile": str(self.certificate)}
        return options


PLAIN: Final = StoreTls()


@contextmanager
def _usable(setting: str, otherwise: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError:
        raise StoreUrlWrong(f"{setting} {otherwise}") from None
    except OSError as error:
        raise StoreUrlWrong(f"{setting} cannot be read ({error.strerror})") from None


def open_client(url: str, *, name: str, tls: StoreTls = PLAIN, listeners: Sequence[CommandListener] = ()) -> Client:
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
        **tls.options(),
    )


def open_database(client: Client, name: str) -> Database:
    """The service's database; instants come back aware, in UTC."""
    return client.get_database(name, codec_options=CodecOptions(document_class=dict, tz_aware=True, tzinfo=UTC))
