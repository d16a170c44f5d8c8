"""What lies in a store, field by field, compared with the table that says what may lie there.

The table is `docs/stored-fields.toml`: for every collection, how each field lies there (`open`, `blind`: a keyed hash,
`encrypted`: with its owner's key, `sealed`: with another key). Invariants the comparison keeps: no
collection and no field is stored that the table does not name, none lies there otherwise than it says, and an open
field of what is about patients holds ids, times, numbers and the listed words only.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bson.binary import Binary

from careflow_service.mongo.hashed import paired
from careflow_service.testing.world import ServiceWorld

ENCRYPTED_SUBTYPE: Final = 6
UUID_SUBTYPES: Final = frozenset({3, 4})
NOT_FIELDS: Final = frozenset({"about", "says", "words", "not_met"})
_HASH: Final = re.compile(r"(\w+:)?[0-9a-f]{64}")
_NEUTRAL: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|\+00:00))?|[0-9]*|[A-Z]{3}"
)

Table = Mapping[str, Mapping[str, Any]]


def table_of(service: str, *, file: Path = Path("docs/stored-fields.toml")) -> Table:
    """The collections of this service and of the library, which are the same in every service."""
    table = tomllib.loads(file.read_text())
    return {**table["library"], **table[service]}


async def wrongly_stored(
    world: ServiceWorld[Any, Any], service: str, *, untried: frozenset[str] = frozenset()
) -> list[str]:
    """Everything that lies in this store otherwise than the table says, and every collection of the service itself in
    which nothing lies, but the `untried`: then too little has happened for the comparison to mean anything.
    """
    table, found = table_of(service), await _found(world)
    wrong = [f"{name} is not in the table" for name in sorted(found.keys() - table.keys())]
    for name in sorted(found.keys() & table.keys()):
        wrong += [f"{name}.{fault}" for fault in _compared(table[name], found[name])]
    empty = {name for name in table if not name.startswith("_") and not found.get(name)}
    wrong += [f"nothing lies in {name}" for name in sorted(empty - untried)]
    if pair := await paired(world.store.database, world.store.blind_index.holders):
        wrong.append(f"{pair} names two blind fields, so that their key could not be rotated")
    return wrong + [f"{name} is tried after all" for name in sorted(untried - empty)]


def _fields(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: lies for name, lies in row.items() if name not in NOT_FIELDS}


def _compared(row: Mapping[str, Any], found: Mapping[str, list[object]]) -> Iterator[str]:
    fields, words = _fields(row), set(row.get("words", ()))
    for field, values in found.items():
        lies = {how for value in values if (how := _lies(value)) is not None}
        allowed = set(str(fields.get(field, "")).split(", "))
        if field not in fields:  # also where nothing lies in it as yet
            yield f"{field} is not in the table"
        elif lies - allowed:
            yield f"{field} lies there {', '.join(sorted(lies))}"
        elif row["about"] == "patients" and (telling := _texts(values) - words):
            yield f"{field} tells {', '.join(sorted(telling)[:5])}"


def _lies(value: object) -> str | None:
    """How one value lies in the store; None for what is not there."""
    match value:
        case None | []:
            return None
        case Binary() if value.subtype == ENCRYPTED_SUBTYPE:
            return "encrypted"
        case Binary() if value.subtype in UUID_SUBTYPES:
            return "open"
        case bytes():
            return "open" if _is_text(value) else "sealed"
        case str() if _HASH.fullmatch(value):
            return "blind"
        case [first, *_]:
            return _lies(first)
        case _:
            return "open"


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _texts(values: object) -> set[str]:
    """What can be read in it that is more than an id, a time or a number."""
    match values:
        case str():
            return set() if _HASH.fullmatch(values) or _NEUTRAL.fullmatch(values) else {values}
        case dict():
            return {text for each in values.values() for text in _texts(each)}
        case list():
            return {text for each in values for text in _texts(each)}
        case None | bool() | int() | float() | bytes() | datetime():
            return set()
        case _:
            return {type(values).__name__}


async def _found(world: ServiceWorld[Any, Any]) -> dict[str, dict[str, list[object]]]:
    database = world.store.database
    found: dict[str, dict[str, list[object]]] = {}
    for name in await database.list_collection_names():
        fields = found.setdefault(name, {})
        async for document in database[name].find():
            for field, value in document.items():
                fields.setdefault(field, []).append(value)
    return found
