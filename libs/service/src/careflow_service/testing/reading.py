"""What can be read by somebody who holds no key: tests of privacy look for a text wherever it might have got to."""

import re
from typing import Any

import bson
from prometheus_client import generate_latest

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import Envelope
from careflow_service.mongo.client import Database


def stands_in(text: str, said: bytes, *, word: bool = False) -> bool:
    """Whether the text can be read there. Five digits of a code also come up by chance, within an id or a measured
    time; as a `word` they do not.
    """
    if not word:
        return text.encode() in said
    return re.search(rb"(?<![0-9A-Za-z.])" + re.escape(text.encode()) + rb"(?![0-9A-Za-z])", said) is not None


def in_the_open(event: Envelope) -> dict[str, Any]:
    """What anybody can read of an event: its data without the sealed sections, in whose characters any short text
    comes up by chance.
    """
    sealed = {field.name for field in sealed_fields(CATALOGUE[event.type])}
    return {name: value for name, value in event.data.items() if name not in sealed}


async def readable_in(database: Database, logged: str, text: str, *, word: bool = False) -> set[str]:
    """Where this text can be read: collections of the store, the log, the metrics. See `stands_in` for `word`."""
    found: set[str] = set()
    for name in await database.list_collection_names():
        async for document in database[name].find():
            if stands_in(text, bson.encode(document), word=word):
                found.add(name)
    elsewhere = {"log": logged.encode(), "metrics": generate_latest()}
    return found | {place for place, said in elsewhere.items() if stands_in(text, said, word=word)}
